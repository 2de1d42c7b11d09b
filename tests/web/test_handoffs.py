"""Pages of handoffs, promises and feedback: who may do what, what is said where nothing is, files."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Ratio
from nenrin.work import feedback, handoffs, promises
from nenrin.work.handing import fits
from nenrin.work.handing.fits import Line
from nenrin.work.handoffs import Said
from nenrin.work.models import Feedback, Handoff, HandoffPolicy, Promise
from nenrin.work.models.handoff import FITS, Fit, Item
from tests import cast


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.STARTING, by=SYSTEM, at=at)


@pytest.fixture
def seller(account: Account, at: datetime) -> Member:
    made = cast.member(Role.SALES, "山口 健")
    ownership.assign(account, made, by=SYSTEM, at=at, phase=Phase.SALES)
    return made


def client(member: Member) -> Client:
    made = Client()
    made.force_login(member)
    return made


def body(answer: Any) -> str:
    return str(answer.content.decode())


def rows(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_sales_cannot_accept_its_own_handoff(account: Account, seller: Member, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    handoffs.fill(made, {item.value: Said("x") for item in Item}, by=SYSTEM, at=at)
    handoffs.send(made, by=SYSTEM, at=at)
    visit = client(seller)
    assert visit.post(f"/handoffs/{made.pk}/deed", {"do": "accept"}).status_code == 403
    assert visit.get(f"/handoffs/{made.pk}/back").status_code == 403
    assert 'value="accept"' not in body(visit.get(f"/handoffs/{made.pk}"))
    assert Handoff.objects.get().state == "sent"


def test_one_marked_as_not_needed_by_mistake_is_taken_up_again_on_its_page(
    account: Account, seller: Member, at: datetime
) -> None:
    made, visit = handoffs.open(account, by=SYSTEM, at=at), client(seller)
    page = f"/handoffs/{made.pk}"
    assert "引き継ぎを再開" not in body(visit.get(page))
    visit.post(f"{page}/deed", {"do": "drop", "reason": "誤操作"})
    assert "引き継ぎを再開" in body(visit.get(page))
    visit.post(f"{page}/deed", {"do": "restore"})
    assert Handoff.objects.get().state == "draft" and 'value="restore"' not in body(visit.get(page))


def test_a_handoff_is_saved_half_done_and_its_promises_are_not_doubled(
    account: Account, seller: Member, at: datetime
) -> None:
    made, visit = handoffs.open(account, by=SYSTEM, at=at), client(seller)
    given = {"words-purpose": "紙をなくす", "promise-0": "研修", "then": "save", "version": made.version}
    assert visit.post(f"/handoffs/{made.pk}/edit", given).status_code == 302
    made.refresh_from_db()
    assert (made.settled, made.state, Promise.objects.count()) == (2, "draft", 1)
    assert body(visit.get(f"/handoffs/{made.pk}")).count('tag--error">未記入<') == 5
    conflict = visit.post(f"/handoffs/{made.pk}/edit", given | {"words-purpose": "別の説明"})
    assert "紙をなくす" in body(conflict) and Promise.objects.count() == 1


def test_a_sending_that_is_refused_writes_nothing_and_keeps_what_was_typed(
    account: Account, seller: Member, at: datetime
) -> None:
    made, visit = handoffs.open(account, by=SYSTEM, at=at), client(seller)
    given = {"words-purpose": "紙をなくす", "promise-0": "研修", "then": "send", "version": made.version}
    refused = visit.post(f"/handoffs/{made.pk}/edit", given)
    assert refused.status_code == 422 and "紙をなくす" in body(refused) and not Promise.objects.exists()
    rest = {f"words-{item}": "説明" for item in Item}
    assert visit.post(f"/handoffs/{made.pk}/edit", rest | given).status_code == 302
    made.refresh_from_db()
    assert (made.state, Promise.objects.count()) == ("sent", 1)


def test_an_answer_and_a_waiver_at_once_are_refused_at_the_item(account: Account, seller: Member, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    answer = client(seller).post(f"/handoffs/{made.pk}/edit", {"words-deal": "競合あり", "reason-deal": "不要"})
    assert answer.status_code == 422 and "どちらか一方" in body(answer) and "競合あり" in body(answer)


def test_the_list_says_why_it_is_empty(account: Account, at: datetime) -> None:
    visit = client(cast.member(Role.HEAD))
    assert "引き継ぎがまだありません" in body(visit.get("/handoffs"))
    handoffs.open(account, by=SYSTEM, at=at)
    assert "該当する引き継ぎがありません" in body(visit.get("/handoffs?state=accepted"))
    assert account.name in body(visit.get("/handoffs?state=running"))


def test_a_list_in_a_file_has_what_the_screen_has(account: Account, at: datetime) -> None:
    handoffs.open(account, signed_on=date(2026, 11, 20), by=SYSTEM, at=at)
    head, line = rows(client(cast.member(Role.HEAD)).get("/handoffs/export.csv"))
    assert (line[0], line[1], line[7]) == (account.name, "記入中", "2026-11-20") and len(head) == len(line)


def test_promises_show_open_ones_first_and_the_others_when_asked(account: Account, at: datetime) -> None:
    visit = client(cast.member(Role.HEAD))
    promises.make(account, "手順書を渡す", due_on=date(2026, 1, 5), owner=None, by=SYSTEM, at=at)
    done = promises.make(account, "研修を行う", due_on=None, owner=None, by=SYSTEM, at=at)
    promises.keep(done, by=SYSTEM, at=at)
    shown = body(visit.get("/promises"))
    assert "手順書を渡す" in shown and "研修を行う" not in shown and "期限超過" in shown
    assert "研修を行う" in body(visit.get("/promises?standing=kept"))
    assert [line[1] for line in rows(visit.get("/promises/export.csv?standing="))[1:]] == ["手順書を渡す", "研修を行う"]


def test_a_promise_is_written_kept_with_evidence_and_opened_again_on_its_page(account: Account, at: datetime) -> None:
    head = cast.member(Role.HEAD)
    visit = client(head)
    told = {
        "words": "手順書を渡す",
        "due_on": "2027-01-15",
        "owner": head.pk,
        "given_by": head.pk,
        "given_on": "2026-11-24",
    }
    assert visit.post(f"/accounts/{account.pk}/promises/new", told | {"origin": "meeting"}).status_code == 302
    row = Promise.objects.get()
    assert (row.owner, row.origin) == (head, "meeting")
    visit.post(f"/promises/{row.pk}/deed", {"do": "keep", "words": "渡した", "evidence_url": "javascript:alert(1)"})
    assert Promise.objects.get().state == "open"  # and the page says why
    assert "実行できません" in body(visit.get(f"/promises/{row.pk}"))
    visit.post(f"/promises/{row.pk}/deed", {"do": "keep", "words": "渡した", "evidence_url": "https://x.example/1"})
    assert 'href="https://x.example/1"' in body(visit.get(f"/promises/{row.pk}"))
    visit.post(f"/promises/{row.pk}/deed", {"do": "reopen"})
    assert Promise.objects.get().state == "open"


def test_feedback_is_told_read_by_the_seller_alone_and_followed(account: Account, seller: Member, at: datetime) -> None:
    visit = client(cast.member(Role.HEAD))
    visit.post(f"/accounts/{account.pk}/feedback/new", {"kind": "upsell", "words": "増員の予定", "seller": seller.pk})
    row = Feedback.objects.get()
    assert "確認しました" not in body(visit.get(f"/feedback/{row.pk}"))
    sales = client(seller)
    assert "確認しました" in body(sales.get(f"/feedback/{row.pk}"))
    sales.post(f"/feedback/{row.pk}/deed", {"do": "read"})
    sales.post(f"/feedback/{row.pk}/deed", {"do": "follow", "outcome": "won", "words": "受注", "version": 2})
    row.refresh_from_db()
    assert row.read_at is not None and row.outcome == "won"
    assert "受注につながった" in body(visit.get("/feedback?outcome=won"))


def test_sales_sees_its_own_deals_and_no_others(account: Account, seller: Member, at: datetime) -> None:
    handoffs.open(account, signed_on=date(2026, 5, 1), by=SYSTEM, at=at)
    other = accounts.open(cast.LOST, by=SYSTEM, at=at)
    handoffs.open(other, signed_on=date(2026, 5, 1), seller=cast.member(Role.SALES, "別の営業"), by=SYSTEM, at=at)
    shown = body(client(seller).get("/deals"))
    assert account.name in shown and other.name not in shown


def test_the_table_of_fit_says_that_it_has_not_enough_data(account: Account, seller: Member, at: datetime) -> None:
    visit = client(cast.member(Role.HEAD))
    assert "データ不足" in body(visit.get("/deals/fit"))
    assert visit.get("/deals/fit?by=nonsense").status_code == 200


def test_the_table_of_fit_is_ordered_narrowed_and_taken_as_a_file(
    account: Account, seller: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Line("poor", 20, 9, 100.0, Ratio(9, 100.0), 50_000.0, 18), Line("good", 12, 1, 100.0, Ratio(1, 100.0), None, 0),
             Line("", 3, 0, 9.0, None, None, 0)]  # fmt: skip
    monkeypatch.setattr(fits, "lines", lambda *_: found)
    visit = client(cast.member(Role.HEAD))

    def order(question: str) -> list[str]:
        return [line[1] for line in rows(visit.get(f"/deals/fit/export.csv{question}"))[1:]]

    assert order("") == ["20", "12", "3"] and order("?sort=deals") == ["3", "12", "20"]
    assert order("?sort=churn") == ["12", "20", "3"] and order("?sort=-churn") == ["20", "12", "3"], "blanks last"
    none = FITS[Fit.NONE].ja
    assert order(f"?q={none}") == ["3"] and none in body(visit.get(f"/deals/fit?q={none}"))
    shown = body(visit.get("/deals/fit?q=zzz"))
    assert 'class="empty"' in shown and "export.csv" not in shown and order("?q=zzz") == []
    assert 'aria-sort="descending"' in body(visit.get("/deals/fit?sort=-churn"))


def test_the_day_until_which_sales_hands_over_is_a_setting(account: Account, at: datetime) -> None:
    visit = client(cast.member(Role.OPERATIONS))
    visit.post("/handoffs/settings", {"due_days": "3"})
    assert (HandoffPolicy.objects.get().due_days, HandoffPolicy.objects.get().opens_itself) == (3, False)
    assert visit.post("/handoffs/settings", {"due_days": "500"}).status_code == 422


def test_roles_without_personal_data_see_states_but_no_words(account: Account, at: datetime) -> None:
    promises.make(account, "田中様に渡す", due_on=None, owner=None, by=SYSTEM, at=at)
    feedback.write(account, "story", "田中様の事例", by=SYSTEM, at=at)
    visit = client(cast.member(Role.EXECUTIVE))
    for path in ("/promises", "/feedback", f"/accounts/{account.pk}/handoff", "/promises?q=田中"):
        shown = body(visit.get(path))
        assert "田中様" not in shown and ("●●●" in shown or "q=" in path), path


def test_what_is_late_today_was_not_late_yesterday(account: Account, at: datetime) -> None:
    made = promises.make(account, "x", due_on=date(2026, 1, 1), owner=None, by=SYSTEM, at=at)
    assert made.standing_on(date(2026, 1, 1)) == "open"
    assert made.standing_on(date(2026, 1, 1) + timedelta(1)) == "overdue"
