"""Ownership: routing within capacity in the five forms, deputies, handovers that the receiver accepts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import accounts, capacities, days, deputies, handover_privacy, handovers, ownership, routing
from nenrin.customers.capacities import Load
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Assignment, RoutingRule
from nenrin.customers.routing import FILLS, Ownership, Pool, Rule
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import handing_over, promises, tasks
from nenrin.work.models.task import Task
from tests import cast

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


@pytest.fixture
def team(org: Organisation, at: datetime) -> list[Member]:
    days.install(by=SYSTEM, at=at)
    return [cast.member(Role.CSM, name, team="東日本") for name in ("佐藤 美咲", "伊藤 悠斗")]


def rule(team: list[Member], form: Ownership = Ownership.ONE, **fields: Any) -> Rule:
    ids = tuple(member.pk for member in team)
    pools = [Pool(phase, members=ids) for phase in FILLS[form]]
    return Rule("all", Text("All", "すべて"), form, pools=pools, is_used=True, **fields)


def company(name: str, at: datetime, **fields: Any) -> Account:
    made = accounts.open(name, by=SYSTEM, at=at, **fields)
    Account.objects.filter(pk=made.pk).update(status="customer")
    return Account.objects.get(pk=made.pk)


def test_a_new_account_goes_to_the_least_loaded_and_the_journal_says_why(team: list[Member], at: datetime) -> None:
    old = company("既存", at)
    ownership.assign(old, team[0], by=SYSTEM, at=at)
    routing.replace([rule(team)], by=SYSTEM, at=at)
    new = company("新規", at + LATER)
    assert routing.step(at + LATER) == 1 and routing.step(at + LATER) == 0
    assert Account.objects.get(pk=new.pk).owner == team[1]
    told = Entry.objects.get(action="customers.owner.routed", account=new.pk).personal.payload
    assert "伊藤 悠斗の負荷が最小" in told["why_ja"]


def test_nothing_is_routed_before_somebody_takes_a_rule_into_use(team: list[Member], at: datetime) -> None:
    company("新規", at + LATER)
    assert routing.step(at + LATER) == 0
    unused = Rule("all", Text("All", "すべて"), pools=[Pool(Phase.PRIMARY, members=(team[0].pk,))])
    routing.replace([unused], by=SYSTEM, at=at)
    assert routing.step(at + LATER) == 0 and RoutingRule.objects.get().used_from is None


def test_accounts_from_before_the_rule_and_those_once_given_are_left_alone(team: list[Member], at: datetime) -> None:
    company("以前から", at - timedelta(days=1))
    released = company("担当が外れた", at + LATER)
    ownership.assign(released, team[0], by=SYSTEM, at=at)
    ownership.release(released, by=SYSTEM, at=at)
    routing.replace([rule(team)], by=SYSTEM, at=at)
    assert routing.step(at + LATER) == 0


def test_whoever_is_full_gets_no_more_and_nobody_is_better_than_too_much(team: list[Member], at: datetime) -> None:
    capacities.state(team[0], minutes_a_day=300, most_accounts=0, by=SYSTEM, at=at)
    capacities.state(team[1], minutes_a_day=0, by=SYSTEM, at=at)
    routing.replace([rule(team)], by=SYSTEM, at=at)
    new = company("新規", at + LATER)
    assert routing.step(at + LATER) == 0
    [told] = routing.preview([rule(team)])
    assert told.account == new.pk and told.member is None and "対応余力がない" in told.why.ja


@pytest.mark.parametrize("form", list(Ownership))
def test_each_form_of_ownership_fills_its_phases(team: list[Member], at: datetime, form: Ownership) -> None:
    conditions = [{"field": "region", "op": "in", "value": ["関東"]}] if form is Ownership.REGION else []
    routing.replace([rule(team, form, conditions=conditions)], by=SYSTEM, at=at)
    inside = company("関東の会社", at + LATER, region="関東")
    outside = company("関西の会社", at + LATER, region="関西")
    routing.step(at + LATER)
    filled = {row.phase for row in Assignment.objects.filter(account=inside)}
    assert filled == {phase.value for phase in FILLS[form]}
    assert Assignment.objects.filter(account=outside).exists() is (form is not Ownership.REGION)


def test_a_rule_that_cannot_work_is_refused_by_its_place(team: list[Member], at: datetime) -> None:
    bad = [rule(team), Rule("east", Text("East", "東"), Ownership.REGION, pools=[Pool(Phase.PRIMARY, members=(999,))])]
    with pytest.raises(Refused) as refused:
        routing.replace(bad, by=SYSTEM, at=at)
    assert {fault.field for fault in refused.value.faults} == {"rules.1.pools", "rules.1.conditions"}
    assert not RoutingRule.objects.exists()


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.one_of(st.none(), st.integers(0, 50)), st.integers(0, 50))
def test_room_for_one_more_is_never_more_than_there_is(minutes: int, of: int, most: int | None, held: int) -> None:
    load = Load(held, minutes, of, most)
    if load.holds(15):
        after = load.with_one(15)
        assert after.minutes <= of and (most is None or after.accounts <= most)


def test_many_new_accounts_are_shared_out(team: list[Member], at: datetime) -> None:
    routing.replace([rule(team)], by=SYSTEM, at=at)
    for number in range(6):
        company(f"新規 {number}", at + LATER)
    assert routing.step(at + LATER) == 6
    assert [Account.objects.filter(owner=member).count() for member in team] == [3, 3]


# --- deputies ------------------------------------------------------------------------------------------------------


def test_two_deputies_at_once_are_refused_and_the_same_twice_is_one(team: list[Member], at: datetime) -> None:
    third = cast.member(Role.CSM, "三人目", team="東日本")
    days_ = {"from_on": date(2026, 11, 25), "until_on": date(2026, 12, 1)}
    first = deputies.appoint(team[0], team[1], by=SYSTEM, at=at, **days_)
    assert deputies.appoint(team[0], team[1], by=SYSTEM, at=at, **days_) == first
    with pytest.raises(Refused):
        deputies.appoint(team[0], third, by=SYSTEM, at=at, from_on=date(2026, 11, 30), until_on=date(2026, 12, 5))
    deputies.end(first, by=SYSTEM, at=at)
    deputies.appoint(team[0], third, by=SYSTEM, at=at, from_on=date(2026, 11, 30), until_on=date(2026, 12, 5))
    assert deputies.of(date(2026, 11, 26)) == {} and deputies.of(date(2026, 12, 4)) == {team[0].pk: third.pk}


# --- handovers -----------------------------------------------------------------------------------------------------


def test_with_the_account_go_the_givers_tasks_and_promises_once_the_receiver_accepts(
    team: list[Member], at: datetime
) -> None:
    giver, receiver = team
    account = company("引き継ぐ会社", at)
    ownership.assign(account, giver, by=SYSTEM, at=at)
    task = tasks.open(account, "見積もり", assignee=giver, due_on=date(2026, 12, 1), by=SYSTEM, at=at)
    promise = promises.make(account, "英語版の帳票", due_on=date(2026, 12, 1), owner=giver, by=SYSTEM, at=at)
    row = handing_over.propose(account, receiver, by=Actor.of(giver), at=at, note="来月から")
    assert handing_over.contents(row).counts == {"tasks": 1, "promises": 1, "plans": 0, "projects": 0}
    assert Account.objects.get(pk=account.pk).owner == giver and receiver.notices.count() == 1
    handing_over.accept(row, by=Actor.of(receiver), at=at)
    task.refresh_from_db()
    promise.refresh_from_db()
    assert Account.objects.get(pk=account.pk).owner == receiver == task.assignee == promise.owner
    assert Entry.objects.filter(action="customers.handover.accepted", account=account.pk).count() == 1
    with pytest.raises(handovers.Answered):
        handing_over.accept(row, by=Actor.of(receiver), at=at)


def test_declined_everything_stays_as_it_was(team: list[Member], at: datetime) -> None:
    giver, receiver = team
    account = company("引き継ぐ会社", at)
    ownership.assign(account, giver, by=SYSTEM, at=at)
    row = handovers.propose(account, receiver, by=Actor.of(giver), at=at)
    with pytest.raises(Refused):
        handovers.decline(row, reason=" ", by=Actor.of(receiver), at=at)
    handovers.decline(row, reason="余力がない", by=Actor.of(receiver), at=at)
    assert Account.objects.get(pk=account.pk).owner == giver
    again = handovers.propose(account, receiver, by=Actor.of(giver), at=at)
    assert again.pk != row.pk and handovers.withdraw(again, by=Actor.of(giver), at=at).state == "withdrawn"


def test_one_account_is_asked_of_one_member_at_a_time(team: list[Member], at: datetime) -> None:
    account = company("引き継ぐ会社", at)
    third = cast.member(Role.CSM, "三人目", team="東日本")
    first = handovers.propose(account, team[1], by=SYSTEM, at=at)
    assert handovers.propose(account, team[1], by=SYSTEM, at=at).pk == first.pk
    with pytest.raises(Refused):
        handovers.propose(account, third, by=SYSTEM, at=at)


def test_a_persons_name_is_taken_out_of_a_handovers_note(team: list[Member], at: datetime) -> None:
    account = company("引き継ぐ会社", at)
    row = handovers.propose(account, team[1], by=SYSTEM, at=at, note="井上様に挨拶を")
    assert len(handover_privacy.exported(["井上"])) == 1 and handover_privacy.erase(["井上"], at=at) == 1
    row.refresh_from_db()
    assert row.note == "—様に挨拶を"
    assert Entry.objects.get(action="customers.handover.proposed").personal.payload == {}


def test_with_more_than_a_page_of_tasks_every_one_goes_along(team: list[Member], at: datetime) -> None:
    giver, receiver = team
    account = company("仕事の多い会社", at)
    ownership.assign(account, giver, by=SYSTEM, at=at)
    Task.objects.bulk_create(
        Task(account=account, title=f"作業 {n}", assignee=giver, created_at=at, changed_at=at) for n in range(203)
    )
    row = handing_over.propose(account, receiver, by=Actor.of(giver), at=at)
    handing_over.accept(row, by=Actor.of(receiver), at=at)
    assert Task.objects.filter(assignee=receiver).count() == 203
    assert handovers.Handover.objects.get().contents["tasks"] == 203


def test_accounts_that_nobody_can_take_do_not_hold_up_those_after_them(team: list[Member], at: datetime) -> None:
    osaka = [{"field": "prefecture", "op": "in", "value": ["大阪府"]}]
    routing.replace([rule(team, conditions=osaka)], by=SYSTEM, at=at)
    for number in range(4):
        company(f"東京 {number}", at + LATER, prefecture="東京都")
    last = company("大阪", at + LATER, prefecture="大阪府")
    routed = [routing.step(at + LATER * n, most=2) for n in range(1, 5)]
    assert sum(routed) == 1 and Account.objects.get(pk=last.pk).owner is not None
    early = Account.objects.get(name="東京 0")
    Account.objects.filter(pk=early.pk).update(prefecture="大阪府")
    assert sum(routing.step(at + LATER * n, most=2) for n in range(5, 9)) == 1
