"""Opportunities: held back where the customer is not well, proposed, handed to sales, followed; and where they come from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nenrin.customers import attributes, merges, ownership, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.customers.models.attribute import AttributeKind
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.foundation.roles import Role
from nenrin.insight.models import CurrentMeasure
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.work import following, objectives, opportunities, plans, touches
from nenrin.work.models import CandidateDismissal, Notice, Opportunity, Proposal
from nenrin.work.opportunities import (
    candidates,
    contracts,
    dismissals,
    ending,
    figures,
    holding,
    proposals,
    sales,
    whitespace,
)
from nenrin.work.privacy import opportunities as privacy
from nenrin.work.queue import portfolio, sources
from tests import cast
from tests.work import opportunities_world as world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def seller(org: Organisation) -> Member:
    return cast.member(Role.SALES, "山口 健")


@pytest.fixture
def csm(org: Organisation) -> Member:
    return cast.member(Role.CSM, "岡田 亮", team="東日本")


@pytest.fixture
def account(seller: Member, csm: Member, at: datetime) -> Account:
    made = world.customer(at=at, owner=csm)
    ownership.assign(made, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    world.health(made, "healthy")
    return made


def opened(account: Account, at: datetime, **fields: object) -> Opportunity:
    return opportunities.open(account, "seats", by=SYSTEM, at=at, **fields)  # type: ignore[arg-type]


def test_asked_twice_under_a_key_it_is_the_same_row(account: Account, csm: Member, at: datetime) -> None:
    first = opened(account, at, key="play:1:offer", expected=30_000)
    again = opened(account, at + timedelta(days=1), key="play:1:offer", expected=99)
    assert again.pk == first.pk and again.expected_minor == 30_000 and first.owner == csm
    assert Entry.objects.filter(action="work.opportunity.opened").count() == 1
    assert Notice.objects.get(member=csm).url == f"/opportunities/{first.pk}"


@pytest.mark.parametrize(
    ("unwell", "code", "words"),
    [("at_risk", "red", "health is at risk"), ("unknown", "unknown", "health is not known"), ("ticket", "ticket", "urgent ticket"),
     ("complaint", "complaint", "complaint"), ("detractor", "detractor", "NPS 3")],
)  # fmt: skip
def test_it_is_held_back_with_its_ground_unless_a_reason_is_given(
    account: Account, at: datetime, unwell: str, code: str, words: str
) -> None:
    if unwell in ("at_risk", "unknown"):
        world.health(account, unwell, 31)
    elif unwell == "ticket":
        world.ticket(account, at=at)
    elif unwell == "complaint":
        world.ticket(account, at=at, priority="low", kind="complaint")
    else:
        world.detractor(account, at=at)
    with pytest.raises(Refused) as refused:
        opened(account, at)
    assert refused.value.faults[0].field == "reason" and words in refused.value.faults[0].text.en
    row = opened(account, at, reason="お客様からの依頼")
    assert [one["code"] for one in row.held] == [code] and row.held_words == "お客様からの依頼"
    with pytest.raises(Refused):
        proposals.propose(row, "締めが2日早くなる", by=SYSTEM, at=at)
    told = proposals.propose(row, "締めが2日早くなる", reason="合意済み", by=SYSTEM, at=at)
    assert told.held_words == "合意済み" and told.held[0]["code"] == code


def test_an_account_without_any_score_is_held_back_too(seller: Member, at: datetime) -> None:
    account = world.customer(cast.UNKNOWN, at=at)
    assert [one.code for one in holding.of(account, at)] == ["unknown"]
    assert holding.grounds(None, at)[account.pk][0].code == "unknown"


def test_a_detractor_who_was_answered_holds_nothing_back(account: Account, at: datetime) -> None:
    world.detractor(account, at=at)
    touches.write(account, "call", title="お詫び", happened_at=at - timedelta(days=1), by=SYSTEM, at=at)
    assert holding.of(account, at) == []
    assert opened(account, at, reason="念のため").held_words == ""  # a reason without a ground says nothing


def test_from_the_proposal_over_sales_to_won(account: Account, csm: Member, seller: Member, at: datetime) -> None:
    plan = plans.open(account, "2026年度", by=SYSTEM, at=at)
    goal = objectives.add(plan, title="月次の締めを2日早める", sort="business", figure="日数", by=SYSTEM, at=at)
    row = opened(account, at, expected=30_000)
    made = proposals.propose(row, "締めが早まる", objective=goal, terms="30席", minutes=40, by=Actor.of(csm), at=at)
    assert (
        proposals.propose(row, "締めが早まる", objective=goal, terms="30席", minutes=40, by=Actor.of(csm), at=at)
        == made
    )
    with pytest.raises(Refused):
        proposals.answer(made, "later", words="来期", by=Actor.of(csm), at=at)
    again = date(2027, 1, 12)
    proposals.answer(made, "later", words="来期の予算で", again_on=again, by=Actor.of(csm), at=at)
    row.refresh_from_db()
    assert (row.state, row.due_on) == ("proposed", again)
    proposals.answer(made, "accepted", by=Actor.of(csm), at=at)
    sales.hand(row, by=Actor.of(csm), at=at)
    row.refresh_from_db()
    assert row.seller == seller and row.awaits_sales
    assert Notice.objects.get(member=seller, code="opportunity.handed").account == account
    sales.take(row, by=Actor.of(seller), at=at)
    won = ending.win(row, 28_000, by=Actor.of(seller), at=at + timedelta(days=4))
    assert ending.win(row, 28_000, by=Actor.of(seller), at=at + timedelta(days=5)).version == won.version
    assert [one.code for one in Notice.objects.filter(member=csm).order_by("pk")][-2:] == [
        "opportunity.taken",
        "opportunity.won",
    ]
    with pytest.raises(Refused):
        proposals.propose(row, "もう一度", by=SYSTEM, at=at)
    with pytest.raises(Refused):
        ending.reopen(row, by=SYSTEM, at=at)
    told = Entry.objects.filter(action__startswith="work.opportunity.").order_by("pk").values_list("action", flat=True)
    assert [code.rpartition(".")[2] for code in told] == [
        "opened",
        "proposed",
        "answered",
        "answered",
        "handed",
        "taken",
        "won",
    ]


def test_sales_gives_it_back_with_a_reason(account: Account, csm: Member, seller: Member, at: datetime) -> None:
    row = sales.hand(opened(account, at), by=SYSTEM, at=at)
    back = sales.decline(row, "決裁者の交代待ち", by=Actor.of(seller), at=at)
    assert (back.state, back.declined_words) == ("open", "決裁者の交代待ち")
    assert Notice.objects.filter(member=csm, code="opportunity.declined").exists()
    with pytest.raises(Refused):
        sales.take(back, by=Actor.of(seller), at=at)


def test_given_back_it_goes_to_who_sold_it_unless_a_seller_is_named(
    account: Account, seller: Member, at: datetime
) -> None:
    other = cast.member(Role.HEAD, "部長")
    row = sales.hand(opened(account, at), seller=other, by=SYSTEM, at=at)
    assert sales.hand(row, by=SYSTEM, at=at).seller == other, "asked twice"
    back = sales.decline(row, "営業へ", by=SYSTEM, at=at)
    assert sales.hand(back, by=SYSTEM, at=at).seller == seller


def test_it_belongs_only_to_who_sees_the_account(account: Account, csm: Member, at: datetime) -> None:
    stranger, head = cast.member(Role.CSM, "別の担当", team="西日本"), cast.member(Role.HEAD, "部長")
    with pytest.raises(Refused, match="owner"):
        opened(account, at, owner=stranger)
    row = opened(account, at, owner=csm)
    with pytest.raises(Refused, match="owner"):
        opportunities.change(row, owner=stranger, by=SYSTEM, at=at)
    assert opportunities.change(row, owner=head, by=SYSTEM, at=at).owner == head


def test_it_goes_only_to_a_seller_who_sees_the_account(account: Account, at: datetime) -> None:
    stranger = cast.member(Role.SALES, "別の営業")
    with pytest.raises(Refused):
        sales.hand(opened(account, at), seller=stranger, by=SYSTEM, at=at)


def test_a_second_author_is_told_and_what_is_over_stays(account: Account, at: datetime) -> None:
    row = opened(account, at)
    changed = opportunities.change(row, next_step="電話", due_on=date(2026, 12, 1), version=1, by=SYSTEM, at=at)
    assert changed.version == 2
    with pytest.raises(Conflict):
        opportunities.change(row, next_step="訪問", version=1, by=SYSTEM, at=at)
    lost = ending.lose(row, "予算なし", by=SYSTEM, at=at)
    with pytest.raises(Refused):
        opportunities.change(lost, next_step="訪問", by=SYSTEM, at=at)
    assert ending.reopen(lost, by=SYSTEM, at=at).state == "open"
    assert ending.withdraw(lost, "重複", by=SYSTEM, at=at).state == "withdrawn"


def test_candidates_come_with_evidence_ranked_and_with_what_holds_them_back(
    account: Account, csm: Member, at: datetime
) -> None:
    other = world.customer(cast.DRIFTING, at=at, owner=csm, mrr=900_000)
    world.health(other, "at_risk", 30)
    world.used(account, 0.9, 18)
    world.used(other, 0.95, 19)
    world.likely(account, 0.4)
    first, second = candidates.of(Account.objects.all(), at)
    assert (first.account, second.account) == (other.pk, account.pk)
    assert [one.code for one in first.holds] == ["red"] and not second.is_held
    # 18 people at 70 % need 26 seats, six more at 5,000 each; a year of it, 40 % likely
    assert second.chance.expected == 30_000 and second.worth == round(30_000 * 12 * 0.4)
    assert "18 of 20 seats" in second.signs[0].text.en and "40% (20%–60%)" in second.signs[1].text.en
    row = candidates.open_one(second, account, by=Actor.of(csm), at=at)
    assert row.origin == "rule" and row.evidence[0]["as_of"] == "2026-11-24"
    assert [one.account for one in candidates.of(Account.objects.all(), at)] == [other.pk]
    assert candidates.open_one(second, account, by=Actor.of(csm), at=at).pk == row.pk


def test_a_model_that_only_ranks_gives_no_figure(account: Account, at: datetime) -> None:
    world.used(account, 0.9, 18)
    world.likely(account, 0.4, state="ranking")
    [found] = candidates.of(Account.objects.all(), at)
    assert found.worth == round(30_000 * 12 * candidates.BASE)
    assert "%" in found.signs[1].text.en and "40" not in found.signs[1].text.en


def test_the_highest_of_a_ranking_are_the_highest_of_all_accounts(account: Account, at: datetime) -> None:
    world.used(account, 0.9, 18)
    world.likely(account, 0.1, state="ranking")
    for number in range(19):
        world.likely(world.customer(f"会社{number}", at=at), 0.2 + number / 100, state="ranking")
    asked = candidates.one(account, "seats", at)
    assert asked and asked.propensity and not asked.propensity.is_high, "the lowest of twenty, asked about alone"


def test_what_ended_today_is_opened_anew(account: Account, at: datetime) -> None:
    world.used(account, 0.9, 18)
    seen = []
    for _ in range(3):
        found = candidates.one(account, "seats", at)
        assert found
        row = candidates.open_one(found, account, by=SYSTEM, at=at)
        assert row.is_live and candidates.open_one(found, account, by=SYSTEM, at=at).pk == row.pk
        ending.lose(row, "予算なし", by=SYSTEM, at=at)
        seen.append(row.pk)
    assert len(set(seen)) == 3


def test_similar_healthy_customers_show_what_is_missing(org: Organisation, at: datetime) -> None:
    core, extra = world.plan("core-s", "core", at), world.plan("extra-s", "extra", at)
    for number in range(12):
        one = world.customer(f"健全{number}", at=at, mrr=50_000, on=core)
        world.health(one, "healthy")
        if number < 8:
            world.signed(one, at=at, mrr=20_000, on=extra)
    found = candidates.of(Account.objects.all(), at)
    assert {(one.kind, one.chance.offered, one.chance.expected) for one in found} == {("cross_sell", "Extra", 20_000)}
    assert len(found) == 4 and "67% of 12 similar healthy customers" in found[0].signs[0].text.en
    matrix = whitespace.of(contracts.current(), "tier")
    line = next(one for one in matrix.lines if one.name == "Extra" and one.plan is None)
    assert (line.total.having, line.total.n, line.total.healthy_without) == (8, 12, 4)


def test_too_few_similar_customers_say_nothing(org: Organisation, at: datetime) -> None:
    core, extra = world.plan("core-s", "core", at), world.plan("extra-s", "extra", at)
    for number in range(9):
        one = world.customer(f"健全{number}", at=at, on=core)
        world.health(one, "healthy")
        if number < 8:
            world.signed(one, at=at, mrr=20_000, on=extra)
    assert candidates.of(Account.objects.all(), at) == []


def test_a_plan_whose_limit_is_near_is_a_sign(account: Account, at: datetime) -> None:
    small = world.plan("core-s", "core", at, seats=50)
    world.signed(account, at=at, mrr=40_000, seats=42, on=small)
    [found] = candidates.of(Account.objects.all(), at)
    [sign] = found.signs
    assert found.kind == "upsell" and "42 of 50 that the plan Core-S allows (84%)" in sign.text.en
    assert (sign.used, sign.allowed, sign.share, sign.as_of) == (42, 50, 0.84, TODAY)
    made = candidates.open_one(found, account, by=SYSTEM, at=at)
    kept = {name: made.evidence[0][name] for name in ("sign", "used", "limit", "share", "as_of")}
    assert kept == {"sign": "plan", "used": 42, "limit": 50, "share": 0.84, "as_of": "2026-11-24"}


def _declared(key: str, at: datetime, **fields: object) -> None:
    name = Text(key.title(), "プロジェクト数")
    attributes.declare(key, name=name, kind=AttributeKind.NUMBER, by=SYSTEM, at=at, **fields)  # type: ignore[arg-type]


def test_any_limit_of_a_plan_is_held_against_the_measure_or_number_of_its_name(account: Account, at: datetime) -> None:
    _declared("projects", at)
    small = world.plan("core-s", "core", at, seats=1000, projects=10, events_28d=40, unheard_of=1)
    world.signed(account, at=at, mrr=40_000, seats=42, on=small)
    yesterday = TODAY - timedelta(days=1)
    CurrentMeasure.objects.create(account=account, measure="events_28d", value=32, as_of=yesterday)
    Account.objects.filter(pk=account.pk).update(attributes={"projects": 9, "unheard_of": 1})
    [found] = candidates.of(Account.objects.all(), at)
    told = [(sign.code, sign.used, sign.allowed, sign.as_of) for sign in found.signs]
    assert told == [("plan", 9, 10, TODAY), ("plan", 32, 40, yesterday)]
    assert "プロジェクト数" in found.signs[0].text.ja and found.nearest == found.signs[0]
    CurrentMeasure.objects.update(value=31)
    [found] = candidates.of(Account.objects.all(), at)
    assert [sign.used for sign in found.signs] == [9]


def test_the_limits_of_several_contracts_count_together(account: Account, at: datetime) -> None:
    _declared("projects", at)
    for key in ("core-s", "extra-s"):
        world.signed(account, at=at, mrr=40_000, on=world.plan(key, key[:4], at, projects=10))
    Account.objects.filter(pk=account.pk).update(attributes={"projects": 15})
    assert candidates.of(Account.objects.all(), at) == []
    Account.objects.filter(pk=account.pk).update(attributes={"projects": 16})
    [found] = candidates.of(Account.objects.all(), at)
    assert [(sign.used, sign.allowed) for sign in found.signs] == [(16, 20)]


def test_more_people_than_contracted_seats_count_against_the_plan(account: Account, at: datetime) -> None:
    world.signed(account, at=at, mrr=40_000, seats=30, on=world.plan("core-s", "core", at, seats=50))
    world.used(account, 0.5, 45)
    found = next(one for one in candidates.of(Account.objects.all(), at) if one.kind == "upsell")
    assert [(sign.used, sign.allowed) for sign in found.signs] == [(45, 50)]


def test_seats_of_one_product_fill_no_limit_of_another(account: Account, at: datetime) -> None:
    for key, product, allowed, seats in (("core-s", "core", 10, 10), ("extra-s", "extra", 100, 0)):
        world.signed(account, at=at, mrr=40_000, seats=seats, on=world.plan(key, product, at, seats=allowed))
    [found] = candidates.of(Account.objects.all(), at)
    assert [(sign.code, sign.used, sign.allowed) for sign in found.signs] == [("plan", 10, 10)]
    assert found.kind == "upsell" and found.chance.offered == "Core"


def test_one_products_seats_make_no_other_products_limit_near(account: Account, at: datetime) -> None:
    for key, product, allowed, seats in (("core-s", "core", 100, 50), ("extra-s", "extra", 10, 7)):
        world.signed(account, at=at, mrr=40_000, seats=seats, on=world.plan(key, product, at, seats=allowed))
    world.used(account, 0.5, 95)
    assert "upsell" not in {one.kind for one in candidates.of(Account.objects.all(), at)}, "people of which product?"


def test_the_seats_of_a_products_contracts_count_together(account: Account, at: datetime) -> None:
    for key, seats in (("core-s", 10), ("core-m", 30)):
        world.signed(account, at=at, mrr=40_000, seats=seats, on=world.plan(key, "core", at, seats=25))
    [found] = candidates.of(Account.objects.all(), at)
    assert [(sign.used, sign.allowed) for sign in found.signs] == [(40, 50)]


def test_a_number_that_only_some_may_read_is_no_sign(account: Account, at: datetime) -> None:
    _declared("projects", at, field_class=FieldClass.PERSONAL)
    world.signed(account, at=at, mrr=40_000, on=world.plan("core-s", "core", at, projects=10))
    Account.objects.filter(pk=account.pk).update(attributes={"projects": 10})
    assert candidates.of(Account.objects.all(), at) == []


def test_growth_of_people_is_a_sign_and_small_numbers_are_not() -> None:
    from_ten = candidates.signs.Use(0.5, 30, 20, TODAY)
    assert candidates.signs._seats(100_000, 60, from_ten) is not None
    assert candidates.signs._seats(100_000, 60, replace(from_ten, people=4, before=2)) is None


def test_what_is_put_away_comes_back_on_its_day(account: Account, csm: Member, at: datetime) -> None:
    world.used(account, 0.9, 18)
    dismissals.dismiss(account, "seats", "来期まで待つ", days=30, by=Actor.of(csm), at=at)
    [found] = candidates.of(Account.objects.all(), at)
    assert found.away is not None and found.away.member == csm
    world.health(account, "healthy")
    [later] = candidates.of(Account.objects.all(), at + timedelta(days=31))
    assert later.away is None
    assert dismissals.restore(account, "seats", by=SYSTEM, at=at) and not dismissals.restore(
        account, "seats", by=SYSTEM, at=at
    )


def test_an_agreed_price_step_is_due_ninety_days_before_it_comes(account: Account, at: datetime) -> None:
    contract = account.subscriptions.get()
    for on, minor in ((date(2027, 2, 20), 120_000), (date(2027, 2, 22), 150_000)):
        subscriptions.reprice(contract, from_on=on, mrr_minor=minor, by=SYSTEM, at=at)
    [found] = [one for one in candidates.of(Account.objects.all(), at) if one.kind == "price"]
    assert found.chance.expected == 20_000 and len(found.signs) == 1, "the nearest step of a contract alone"
    assert found.signs[0].text.ja == "月額が2027/02/20に¥100,000から¥120,000へ改定"
    made = candidates.open_one(found, account, by=SYSTEM, at=at)
    assert made.evidence[0]["sign"] == "price" and made.expected_minor == 20_000
    assert "price" not in {one.kind for one in candidates.of(Account.objects.all(), at)}, "it runs"


def test_a_lower_price_a_far_one_and_one_of_a_contract_that_ended_are_not_due(account: Account, at: datetime) -> None:
    contract = account.subscriptions.get()
    subscriptions.reprice(contract, from_on=date(2027, 1, 1), mrr_minor=90_000, by=SYSTEM, at=at)
    subscriptions.reprice(contract, from_on=date(2027, 2, 23), mrr_minor=120_000, by=SYSTEM, at=at)
    other = world.customer("会社", at=at)
    subscriptions.reprice(other.subscriptions.get(), from_on=date(2027, 1, 1), mrr_minor=120_000, by=SYSTEM, at=at)
    Account.objects.filter(pk=other.pk).update(status="lost")
    assert "price" not in {one.kind for one in candidates.of(Account.objects.all(), at)}


def test_as_many_queries_for_many_accounts_as_for_one(account: Account, at: datetime) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as said:
            candidates.of(Account.objects.all(), at)
        return len(said)

    world.used(account, 0.9, 18)
    before = count()
    for number in range(5):
        one = world.customer(f"会社{number}", at=at)
        world.used(one, 0.9, 18)
    assert count() == before <= 15  # six of them for the organisation and its policy, which a request reads once


def test_what_came_of_them_is_told_only_where_enough_ended(account: Account, at: datetime) -> None:
    for number in range(12):
        row = opened(account, at, key=f"k{number}", origin="rule")
        if number < 9:
            ending.win(row, 10_000, by=SYSTEM, at=at + timedelta(days=number))
        else:
            ending.lose(row, "予算なし", by=SYSTEM, at=at)
    told = figures.of(Opportunity.objects.all(), TODAY, own_money.on(TODAY))
    assert (told.all.n, told.all.won, told.all.won_minor, told.all.days) == (12, 9, 90_000, 4)
    assert told.all.share == 0.75 and told.all.interval is not None and round(told.all.interval.low, 2) == 0.47
    by_hand = next(one for one in told.by_origin if one.name.en == "By hand")
    assert by_hand.n == 0 and by_hand.share is None


def test_it_goes_with_the_account_into_another(account: Account, at: datetime) -> None:
    row = opened(account, at)
    dismissals.dismiss(account, "upsell", "いずれ", by=SYSTEM, at=at)
    other = world.customer(cast.DRIFTING, at=at)
    merges.merge(other, account, by=SYSTEM, at=at)
    while journal.seal():
        pass
    following.step(at)
    row.refresh_from_db()
    assert row.account == other and CandidateDismissal.objects.get().account == other


def test_a_person_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    row = opened(account, at, title="田中様のご依頼")
    proposals.propose(row, "田中様の工数が減る", by=SYSTEM, at=at)
    dismissals.dismiss(account, "upsell", "田中様が不在", by=SYSTEM, at=at)
    assert len(privacy.exported(["田中"])) == 3
    assert privacy.erase(["田中"], at=at) == 3 and privacy.exported(["田中"]) == []
    assert "田中" not in Proposal.objects.get().benefit


def test_my_day_tells_the_next_step_that_is_due_to_whom_it_is_for(
    account: Account, csm: Member, seller: Member, org: Organisation, at: datetime
) -> None:
    def told(member: Member) -> list[str]:
        found = sources.reasons(portfolio.of(member, TODAY, at, org))
        return [one.headline.en for one in found if one.code in ("opportunity", "seats", "growth")]

    world.used(account, 0.95, 19)
    world.likely(account, 0.4)
    assert told(csm) == ["40% likely to grow within 90 days", "95% of seats in use"]
    row = opened(account, at, due_on=TODAY, next_step="見積もりを送付")
    assert told(csm) == ["Next step due today: More seats"] and told(seller) == []
    sales.hand(row, by=SYSTEM, at=at)
    opportunities.change(row, due_on=TODAY - timedelta(days=2), by=SYSTEM, at=at)
    assert told(seller) == ["Next step overdue by 2 days: More seats"] and told(csm) == []


def test_my_day_proposes_nothing_to_customers_who_are_not_well(
    account: Account, csm: Member, org: Organisation, at: datetime
) -> None:
    world.health(account, "caution", 55)
    world.used(account, 0.95, 19)
    world.likely(account, 0.6)
    found = sources.reasons(portfolio.of(csm, TODAY, at, org))
    assert not {one.code for one in found} & {"growth", "seats"}
