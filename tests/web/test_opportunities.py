"""The pages of opportunities: the pipeline, one from its proposal to its outcome, candidates held back, the whitespace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nenrin.customers import ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import opportunities
from nenrin.work.models import CandidateDismissal, Opportunity, Proposal
from nenrin.work.opportunities import ending, sales
from tests import cast
from tests.web.test_value_pages import body, signed_in, table
from tests.work import opportunities_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    made = world.customer(at=at)
    world.health(made, "healthy")
    return made


@pytest.fixture
def row(account: Account, at: datetime) -> Opportunity:
    return opportunities.open(account, "seats", expected=30_000, next_step="田中様に電話", by=SYSTEM, at=at)


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def test_the_pipeline_lists_what_runs_and_what_came(client: Client, row: Opportunity) -> None:
    text = body(client, "/opportunities")
    assert cast.THRIVING in text and "¥30,000" in text and "More seats" in text and "None has ended yet" in text
    assert "ライセンス追加" in body(signed_in(language="ja"), "/opportunities?sort=-expected&kind=seats&mine=")
    assert "No opportunity matches" in body(client, "/opportunities?state=won")
    assert cast.THRIVING not in body(client, "/opportunities?q=東雲")


def test_figures_leave_out_archived_accounts_as_the_list_does(client: Client, row: Opportunity, at: datetime) -> None:
    Account.objects.filter(pk=row.account_id).update(archived_at=at)
    assert "¥30,000" not in body(client, "/opportunities")


def test_an_empty_installation_says_where_they_come_from(client: Client) -> None:
    assert "To the candidates" in body(client, "/opportunities")
    assert "No candidate now" in body(client, "/opportunities/candidates")
    assert "Nothing to compare yet" in body(client, "/opportunities/whitespace")


def test_one_is_proposed_answered_handed_over_and_won(client: Client, row: Opportunity, at: datetime) -> None:
    seller = cast.member(Role.SALES, "山口 健")
    ownership.assign(row.account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    page = f"/opportunities/{row.pk}"
    assert "Nothing was proposed yet" in body(client, page)
    said = {"benefit": "締めが早まる", "on": "2026-11-24", "minutes": "30", "objective": ""}
    assert client.post(f"{page}/propose", {**said, "benefit": ""}).status_code == 422
    assert client.post(f"{page}/propose", said).status_code == 302
    assert Proposal.objects.get().minutes == 30 and "締めが早まる" in body(client, page)
    late = client.post(f"{page}/deed", {"do": "answer", "answer": "later", "words": "来期"})
    assert late.status_code == 422
    assert client.post(f"{page}/deed", {"do": "answer", "answer": "accepted"}).status_code == 302
    assert client.post(f"{page}/deed", {"do": "hand", "seller": str(seller.pk)}).status_code == 302
    his = as_member(seller)
    assert "対応を始める" in body(his, page)
    assert his.post(f"{page}/deed", {"do": "take"}).status_code == 302
    won = {"do": "win", "won_minor": "28000", "subscription": str(row.account.subscriptions.get().pk), "version": "5"}
    assert his.post(f"{page}/deed", won).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.won_minor) == ("won", 28_000) and row.won_subscription is not None
    assert "¥28,000" in body(client, "/opportunities?state=won") and "1 ended" in body(client, "/opportunities")


def test_somebody_else_does_not_answer_for_the_seller(org: Organisation, account: Account, at: datetime) -> None:
    csm, seller = cast.member(Role.CSM, "岡田 亮", team="東日本"), cast.member(Role.SALES, "山口 健")
    ownership.assign(account, csm, by=SYSTEM, at=at)
    ownership.assign(account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    row = sales.hand(opportunities.open(account, "seats", by=SYSTEM, at=at), by=SYSTEM, at=at)
    page = f"/opportunities/{row.pk}/deed"
    assert as_member(csm).post(page, {"do": "take"}).status_code == 403
    assert as_member(seller).post(page, {"do": "decline", "words": ""}).status_code == 422
    assert as_member(seller).post(page, {"do": "decline", "words": "交代待ち"}).status_code == 302
    assert "交代待ち" in body(as_member(csm), f"/opportunities/{row.pk}")
    stranger = cast.member(Role.SALES, "別の営業")
    assert as_member(stranger).get(f"/opportunities/{row.pk}").status_code == 404


def test_a_second_author_is_told(client: Client, row: Opportunity) -> None:
    given = {"do": "save", "title": "", "next_step": "訪問", "due_on": "2026-12-01", "version": "1"}
    assert client.post(f"/opportunities/{row.pk}/deed", given).status_code == 302
    late = client.post(f"/opportunities/{row.pk}/deed", {**given, "next_step": "電話"})
    assert late.status_code == 422 and "while you were editing" in late.content.decode()
    lost = client.post(f"/opportunities/{row.pk}/deed", {"do": "lose", "words": "予算なし", "version": "2"})
    assert lost.status_code == 302
    assert client.post(f"/opportunities/{row.pk}/deed", {"do": "reopen"}).status_code == 302
    assert Opportunity.objects.get().state == "open"


def test_a_candidate_that_is_held_back_takes_a_reason(client: Client, account: Account) -> None:
    world.health(account, "at_risk", 31)
    world.used(account, 0.9, 18)
    listed = body(client, "/opportunities/candidates")
    assert "18 of 20 seats" in listed and "health is at risk (31 points)" in listed and "Open with a reason" in listed
    assert "No candidate matches" in body(client, "/opportunities/candidates?held=no")
    page = f"/opportunities/candidates/{account.pk}/seats"
    refused = client.post(page, {"do": "open"})
    assert refused.status_code == 422 and "held back" in refused.content.decode() and not Opportunity.objects.exists()
    assert client.post(page, {"do": "open", "reason": "お客様の依頼"}).status_code == 302
    row = Opportunity.objects.get()
    assert (row.origin, row.held_words) == ("rule", "お客様の依頼")
    assert "お客様の依頼" in body(client, f"/opportunities/{row.pk}") and "Held back now" in body(
        client, f"/opportunities/{row.pk}"
    )
    assert "Not a candidate any more" in body(client, page)


def test_a_candidate_is_opened_in_one_step_or_put_away(client: Client, account: Account) -> None:
    world.used(account, 0.9, 18)
    page = f"/opportunities/candidates/{account.pk}/seats"
    assert client.post(page, {"do": "dismiss", "words": "", "days": "30"}).status_code == 422
    assert client.post(page, {"do": "dismiss", "words": "来期まで", "days": "30"}).status_code == 302
    assert "No candidate now" in body(client, "/opportunities/candidates")
    assert "来期まで" in body(client, "/opportunities/candidates?away=1")
    assert client.post(page, {"do": "restore"}).status_code == 302 and not CandidateDismissal.objects.exists()
    assert client.post(page, {"do": "open"}).status_code == 302
    assert Opportunity.objects.get().expected_minor == 30_000


def test_the_account_shows_them_and_one_is_opened_by_hand(client: Client, account: Account, at: datetime) -> None:
    assert "No opportunity with this customer yet" in body(client, f"/accounts/{account.pk}/opportunities")
    world.ticket(account, at=at)
    assert "urgent ticket" in body(client, f"/accounts/{account.pk}/opportunities/new")
    given = {"kind": "price", "title": "改定", "expected_minor": "5000"}
    assert client.post(f"/accounts/{account.pk}/opportunities/new", given).status_code == 422
    given["reason"] = "契約更新の通知"
    assert client.post(f"/accounts/{account.pk}/opportunities/new", given).status_code == 302
    assert "Price step" in body(client, f"/accounts/{account.pk}/opportunities")


def test_free_words_are_for_those_who_read_personal_data(row: Opportunity) -> None:
    executive = signed_in(Role.EXECUTIVE)
    assert "田中様" not in body(executive, "/opportunities")
    seen = body(executive, f"/opportunities/{row.pk}")
    assert "田中様" not in seen and "roles that read personal data" in seen


def test_the_whitespace_counts_who_has_what(client: Client, org: Organisation, at: datetime) -> None:
    core, extra = world.plan("core-s", "core", at), world.plan("extra-s", "extra", at)
    for number in range(4):
        one = world.customer(f"健全{number}", at=at, on=core)
        world.health(one, "healthy")
        if number == 0:
            world.signed(one, at=at, mrr=20_000, on=extra)
    text = body(client, "/opportunities/whitespace")
    assert "1 of 4; 3 healthy without" in text and "Extra-S" in text
    assert "1 of 4" in body(client, "/opportunities/whitespace?by=industry")
    rows = table(body(client, "/opportunities/whitespace/export.csv"))
    assert ["Extra", "", "Not set", "1", "4", "3"] in rows or any(
        line[0] == "Extra" and line[3:] == ["1", "4", "3"] for line in rows
    )


def test_lists_go_out_as_files(client: Client, row: Opportunity, account: Account) -> None:
    rows = table(body(client, "/opportunities/export.csv"))
    assert rows[0][:2] == ["Account", "Kind"] and rows[1][:2] == [cast.THRIVING, "More seats"]
    other = world.customer(cast.DRIFTING, at=row.opened_at)
    world.used(other, 0.9, 18)
    told = table(body(client, "/opportunities/candidates/export.csv"))
    assert told[1][0] == cast.DRIFTING and "health is not known" in told[1][12]
    assert told[0][15:] == ["Used of the nearest limit", "Limit", "Share of the limit", "Used as of"]
    assert [float(cell) for cell in told[1][15:18]] == [18, 20, 0.9] and "2026" in told[1][18]
    assert {"work.opportunity.exported", "work.candidate.exported"} <= set(
        Entry.objects.values_list("action", flat=True)
    )


# --- the board ---------------------------------------------------------------------------------------------------


def lane(text: str, state: str) -> str:
    return text.split(f'data-lane="{state}"')[1].split("data-lane=")[0]


def test_the_board_has_a_column_for_each_state_with_what_it_brings(
    client: Client, row: Opportunity, at: datetime
) -> None:
    other = world.customer("東雲精機株式会社", at=at)
    world.health(other, "healthy")
    ending.win(opportunities.open(other, "upsell", by=SYSTEM, at=at), 50_000, by=SYSTEM, at=timezone.now())
    text = client.get("/opportunities/board").content.decode()
    assert cast.THRIVING in lane(text, "open") and "¥30" in lane(text, "open") and "draggable" in lane(text, "open")
    assert "東雲精機" in lane(text, "won") and "¥50" in lane(text, "won") and "draggable" not in lane(text, "won")
    assert "None here" in lane(text, "handed") and 'value="proposed"' in lane(text, "open")
    assert "東雲精機" not in lane(client.get("/opportunities/board?kind=seats").content.decode(), "won")
    Opportunity.objects.filter(state="won").update(closed_at=timezone.now() - timedelta(days=91))
    assert "東雲精機" not in client.get("/opportunities/board").content.decode()
    assert "提案機会" in body(signed_in(language="ja"), "/opportunities/board")


def test_what_a_move_needs_is_asked_and_the_card_lands_in_its_column(client: Client, row: Opportunity) -> None:
    url = f"/opportunities/{row.pk}/move"
    assert client.get(f"{url}?stage=proposed")["Location"].endswith(f"/opportunities/{row.pk}/propose")
    page = client.get(f"{url}?stage=lost").content.decode()
    assert 'name="words"' in page and f'name="version" value="{row.version}"' in page
    wrong = client.post(url, {"stage": "lost", "do": "lose", "version": row.version, "words": ""})
    assert wrong.status_code == 422
    done = client.post(url, {"stage": "lost", "do": "lose", "version": row.version, "words": "予算なし"})
    assert done["Location"] == f"/opportunities/board?moved={row.pk}"
    row.refresh_from_db()
    assert (row.state, row.outcome_words) == ("lost", "予算なし")
    text = client.get(done["Location"]).content.decode()
    assert "autofocus" in lane(text, "lost") and 'value="open"' in lane(text, "lost")
    client.post(url, {"stage": "open", "do": "reopen"})
    row.refresh_from_db()
    assert row.state == "open"
    client.post(url, {"stage": "withdrawn", "do": "withdraw", "version": row.version, "words": "時期尚早"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_a_move_that_came_too_late_keeps_what_was_typed(client: Client, row: Opportunity, at: datetime) -> None:
    seen = row.version
    opportunities.change(row, next_step="見積送付", by=SYSTEM, at=at)
    told = {"stage": "won", "do": "win", "version": seen, "won_minor": "42000", "words": ""}
    late = client.post(f"/opportunities/{row.pk}/move", told)
    page = late.content.decode()
    row.refresh_from_db()
    assert late.status_code == 422 and "Somebody else changed it" in page and 'value="42000"' in page
    assert f'name="version" value="{row.version}"' in page and row.state == "open"


def test_what_is_won_stays_won_and_nobody_moves_it_to_nowhere(client: Client, row: Opportunity, at: datetime) -> None:
    ending.win(row, 1, by=SYSTEM, at=at)
    for stage in ("open", "won", "lost", "nonsense", ""):
        answer = client.post(f"/opportunities/{row.pk}/move", {"stage": stage, "words": "x", "do": "lose"})
        assert answer["Location"] == "/opportunities/board", stage
    row.refresh_from_db()
    assert row.state == "won"


def test_only_the_seller_moves_back_what_was_handed_over(org: Organisation, row: Opportunity, at: datetime) -> None:
    seller, csm = cast.member(Role.SALES, "山口 健"), cast.member(Role.CSM, team="東日本")
    ownership.assign(row.account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    ownership.assign(row.account, csm, by=SYSTEM, at=at)
    sales.hand(row, seller=seller, by=SYSTEM, at=at)
    back = 'value="open"'
    assert back in lane(as_member(seller).get("/opportunities/board").content.decode(), "handed")
    assert back not in lane(as_member(csm).get("/opportunities/board").content.decode(), "handed")
    reader = as_member(cast.member(Role.EXECUTIVE, "社長"))
    assert "draggable" not in reader.get("/opportunities/board").content.decode()


def test_a_price_step_is_proposed_with_what_the_contract_says(client: Client, account: Account, at: datetime) -> None:
    contract = account.subscriptions.get()
    subscriptions.reprice(
        contract, from_on=timezone.now().date() + timedelta(days=40), mrr_minor=130_000, by=SYSTEM, at=at
    )
    text = body(client, "/opportunities/candidates?kind=price")
    assert cast.THRIVING in text and "¥100,000 to ¥130,000" in text
    client.post(f"/opportunities/candidates/{account.pk}/price", {"do": "open"})
    made = Opportunity.objects.get()
    assert (made.kind, made.origin, made.expected_minor) == ("price", "rule", 30_000)
    page = client.get(f"/opportunities/{made.pk}/propose").content.decode()
    assert "¥100,000 to ¥130,000" in page and 'value="30000"' in page
