"""Renewals of many accounts: outlooks, sums as columns, scenarios, snapshots, outcomes, accuracy; managers' calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.customers import merges, rollovers, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk
from nenrin.insight.revenue import own_money
from nenrin.values import Money
from nenrin.work import (
    following,
    renewal_accuracy,
    renewal_checkpoints,
    renewal_history,
    renewal_lines,
    renewal_outcomes,
    renewal_outlooks,
    renewal_pipeline,
    renewal_rounds,
    renewal_scenarios,
    renewal_snapshots,
    renewals,
)
from nenrin.work.models import (
    RenewalCall,
    RenewalCheckpoint,
    RenewalOutcome,
    RenewalOutlook,
    RenewalSnapshotLine,
)
from nenrin.work.models.renewal import Call, Side
from nenrin.work.renewal_calls import standing
from nenrin.work.renewal_history import Said
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_pipeline import Pipeline
from nenrin.work.renewal_scenarios import Scenario
from tests import cast
from tests.work import losses_world, renewals_world

TODAY = date(2026, 11, 24)
FAR = date(2027, 11, 24)


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    found = losses_world.customer(cast.DRIFTING, at=at, owner=cast.member(Role.CSM), mrr=480_000)
    subscriptions.change(found.subscriptions.get(), by=SYSTEM, at=at, starts_on=date(2026, 1, 1))
    return found


def contract(account: Account) -> Subscription:
    return account.subscriptions.get()


def pipeline() -> Pipeline:
    rows = renewal_pipeline.ahead(Subscription.objects.order_by("pk"), TODAY, FAR)
    return renewal_pipeline.read(rows)


def overrule(
    account: Account, call: str, at: datetime, reason: str = "役員が継続を確約", seen: int | None = None
) -> RenewalCall:
    head = cast.member(Role.HEAD, "部長")
    return renewals.say(
        contract(account), call, side=Side.MANAGER, by=Actor.of(head), author=head, at=at, reason=reason, seen=seen
    )  # fmt: skip


def test_a_managers_call_holds_over_the_csms_and_both_stay(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "at_risk", by=SYSTEM, at=at, reason="利用が減少")
    made = overrule(account, "commit", at, seen=1)
    (line,) = renewal_lines.of(Subscription.objects.all(), TODAY, renewal_pipeline.PIPELINE)
    assert (line.call and line.call.call, line.over, line.held, line.called) == ("at_risk", made, made, 0.95)
    told = pipeline()
    assert (told.said.tolist(), told.held.tolist(), told.held_p.tolist()) == (["at_risk"], ["commit"], [0.95])
    assert Entry.objects.filter(action="work.renewal.overruled").count() == 1 and RenewalCall.objects.count() == 2
    renewals.say(contract(account), "likely", by=SYSTEM, at=at + timedelta(hours=1), seen=2)
    (line,) = renewal_lines.of(Subscription.objects.all(), TODAY, renewal_pipeline.PIPELINE)
    assert line.held == made and line.is_since, "the manager's still holds, and says that the CSM spoke since"


def test_a_manager_who_says_something_else_says_why(account: Account, at: datetime) -> None:
    overrule(account, "commit", at, reason="")
    renewals.say(contract(account), "likely", by=SYSTEM, at=at)
    overrule(account, "likely", at, reason="")
    with pytest.raises(Refused, match="reason"):
        overrule(account, "lost", at, reason=" ")
    with pytest.raises(Conflict):
        overrule(account, "lost", at, seen=1)


def test_a_managers_call_is_taken_back(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "at_risk", by=SYSTEM, at=at)
    overrule(account, "commit", at)
    taken = renewals.withdraw(contract(account), by=SYSTEM, at=at + timedelta(1))
    assert taken is not None and taken.is_withdrawn and taken.word.ja == "取り消し"
    assert renewals.withdraw(contract(account), by=SYSTEM, at=at + timedelta(1)) is None
    there = standing(account.pk, contract(account).ends_on)
    assert there.over is None and there.held is not None and there.held.call == "at_risk" and there.number == 3
    assert pipeline().held.tolist() == ["at_risk"]


def test_outlooks_follow_risks_terms_and_notices(account: Account, at: datetime) -> None:
    assert renewal_outlooks.refresh(renewal_outlooks.stale(), at) == 1 and renewal_outlooks.stale() == []
    renewals_world.told(account, 0.4, at=at)
    assert renewal_outlooks.stale() == [account.pk]
    assert renewal_rounds.step(at) >= 1 and pipeline().p.tolist() == [pytest.approx(0.6)]
    subscriptions.give_notice(contract(account), on=TODAY, by=SYSTEM, at=at)
    assert pipeline().p.tolist() == [0.0], "under notice at once, whatever the outlook holds"
    renewal_outlooks.refresh([account.pk], at)
    assert renewal_outlooks.stale() == []
    subscriptions.withdraw_notice(contract(account), by=SYSTEM, at=at)
    assert np.isnan(pipeline().p).all() and renewal_outlooks.stale() == [account.pk]
    renewal_outlooks.refresh([account.pk], at)
    assert pipeline().p.tolist() == [pytest.approx(0.6)]
    assert renewal_outlooks.refresh([account.pk], at) == 0, "safe to repeat"


def test_a_call_of_the_term_before_says_nothing_of_the_next(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "commit", by=SYSTEM, at=at, expansion_minor=10)
    rollovers.roll(contract(account).ends_on, at=at)
    rows = renewal_pipeline.ahead(Subscription.objects.all(), date(2027, 1, 1), date(2028, 12, 31))
    told = renewal_pipeline.read(rows)
    assert told.held.tolist() == [""] and np.isnan(told.held_p).all() and renewal_outlooks.stale() == [account.pk]


CALLS = st.none() | st.sampled_from([*Call])
DRAWN = st.lists(
    st.tuples(st.integers(0, 900), st.none() | st.floats(0.0, 1.0), CALLS, CALLS, st.integers(-999, 999),
              st.sampled_from(["", "healthy", "at_risk"]), st.booleans()), max_size=7
)  # fmt: skip
Drawn = list[tuple[int, float | None, str | None, str | None, int, str, bool]]


def lines(drawn: Drawn) -> list[Line]:
    def said(call: str | None, more: int) -> RenewalCall | None:
        return RenewalCall(call=call, expansion_minor=more) if call else None

    return [
        Line(n, n, "社", None, "", TODAY, FAR, FAR, 365, True, noticed, Money(mrr, "JPY"), band, None,
             0.0 if noticed else p, p, p, said(call, more), said(over, more))
        for n, (mrr, p, call, over, more, band, noticed) in enumerate(drawn)
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_columns_say_what_lines_say(drawn: Drawn) -> None:
    rows = lines(drawn)
    told = renewal_pipeline.of_lines(rows)
    assert told.lean.tolist() == [one.lean for one in rows]
    assert [rows[place].subscription for place in told.order()] == [
        one.subscription
        for one in sorted(rows, key=lambda x: (not x.is_apart, -abs(x.gap or 0) if x.is_apart else 0, x.subscription))
    ]  # fmt: skip
    committed = [one.held is not None and one.held.call == "commit" and not one.is_noticed for one in rows]
    assert told.is_committed.tolist() == committed


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_each_scenario_leads_from_what_is_due_to_what_is_left(drawn: Drawn) -> None:
    told = renewal_pipeline.of_lines(lines(drawn))
    steps = {kind: renewal_scenarios.of(told, "JPY", kind) for kind in Scenario}
    for one in steps.values():
        assert one.churn <= 0 and one.downsell <= 0 <= one.upsell
        assert one.end == pytest.approx(one.start + one.churn + one.downsell + one.upsell) and one.end >= -1e-6
        assert one.grr is None or (-1e-9 <= one.grr <= 1 + 1e-9 and one.nrr is not None and one.grr <= one.nrr + 1e-9)
        assert one.count + one.left_out == len(drawn)
    assert steps[Scenario.LOW].churn <= steps[Scenario.MEDIUM].churn + 1e-9
    assert steps[Scenario.LOW].churn <= steps[Scenario.HIGH].churn + 1e-9
    expected = sum(0.0 if noticed else mrr * p for mrr, p, *_, noticed in drawn if noticed or p is not None)
    model = steps[Scenario.MODEL]
    assert model.start + model.churn == pytest.approx(expected)


def test_what_a_call_adds_is_counted_once_for_two_terms_of_one_day(account: Account, at: datetime) -> None:
    losses_world.signed(account, at=at, mrr=20_000, starts=date(2026, 1, 1))
    first = account.subscriptions.earliest("pk")
    renewals.say(first, "commit", by=SYSTEM, at=at, expansion_minor=50_000)
    told = renewal_scenarios.of(pipeline(), "JPY", Scenario.HIGH)
    assert (told.start, told.upsell, told.end) == (500_000, 50_000, 550_000)


def test_a_snapshot_keeps_the_forecast_of_its_day(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "commit", by=SYSTEM, at=at)
    renewals_world.told(account, 0.2, at=at)
    renewal_outlooks.refresh([account.pk], at)
    made = renewal_snapshots.take(by=SYSTEM, at=at)
    assert renewal_snapshots.take(by=SYSTEM, at=at) == made and renewal_snapshots.step(at) == 0
    assert Entry.objects.filter(action="work.renewal.snapshot").count() == 1
    renewals.say(contract(account), "lost", by=SYSTEM, at=at)
    later = TODAY + timedelta(7)
    assert renewal_snapshots.last_before(TODAY) is None and renewal_snapshots.last_before(later) == made
    was = renewal_snapshots.was(made, RenewalSnapshotLine.objects.all(), TODAY, FAR, own_money.on(TODAY))
    assert (was.count, was.due, was.committed, was.best, was.worst) == (1, 480_000, 480_000, 480_000, 480_000)
    assert was.expected == pytest.approx(384_000)
    none = renewal_snapshots.was(made, RenewalSnapshotLine.objects.none(), TODAY, FAR, own_money.on(TODAY))
    assert (none.count, none.due, none.expected) == (0, 0, None)
    assert renewal_snapshots.step(at + timedelta(7)) == 1


def test_past_terms_are_written_down_with_what_they_became(account: Account, at: datetime) -> None:
    """Renewed at a higher price, and one that let go; from one query of each later."""
    end = contract(account).ends_on
    subscriptions.reprice(contract(account), from_on=end, mrr_minor=500_000, by=SYSTEM, at=at)
    other = losses_world.customer(cast.LOST, at=at, mrr=70_000)
    subscriptions.give_notice(contract(other), on=TODAY, by=SYSTEM, at=at)
    rollovers.roll(date(2027, 12, 1), at=at)
    assert renewal_outcomes.step(at + timedelta(380)) > 0
    rows = {row.account_id: row for row in RenewalOutcome.objects.filter(term_end__gte=TODAY)}
    assert (rows[account.pk].due_minor, rows[account.pk].kept_minor, rows[account.pk].term_end) == (
        480_000,
        500_000,
        end,
    )
    assert (rows[other.pk].due_minor, rows[other.pk].kept_minor) == (70_000, 0)
    assert rows[account.pk].decision_on == end - timedelta(days=32)
    assert renewal_outcomes.step(at + timedelta(380)) == 0, "safe to repeat"


def test_one_contract_that_follows_another_is_a_renewal(account: Account, at: datetime) -> None:
    row = contract(account)
    subscriptions.give_notice(row, on=TODAY, by=SYSTEM, at=at)
    losses_world.signed(account, at=at, mrr=300_000, starts=row.ends_on)
    rollovers.roll(row.ends_on + timedelta(1), at=at)
    assert renewal_outcomes.step(at + timedelta(100)) > 0
    told = RenewalOutcome.objects.get(term_end=row.ends_on)
    assert (told.due_minor, told.kept_minor) == (480_000, 300_000)


def settled(account: Account, count: int, lost: int, at: datetime, **said: object) -> None:
    """So many checkpoints of past terms, 10 yen of MRR each, of which the last ones left."""
    for number in range(count):
        stayed = number < count - lost
        fields = {"outcome": "renewed" if stayed else "lost", "kept_minor": 10 if stayed else 0, **said}
        RenewalCheckpoint.objects.create(
            account=account, term_end=date(2025, 1, 1) + timedelta(number), decision_on=date(2025, 1, 1), days=90,
            mrr_minor=10, taken_on=date(2024, 10, 1), **fields,
        )  # fmt: skip


def test_accuracy_is_told_from_ten_outcomes_on_in_probability_and_money(account: Account, at: datetime) -> None:
    csm, head = cast.member(Role.CSM, "岡田"), cast.member(Role.HEAD, "部長")
    mine = RenewalCall.objects.create(
        account=account, term_end=TODAY, decision_on=TODAY, number=1, author=csm, call="commit", made_at=at
    )
    over = RenewalCall.objects.create(
        account=account,
        term_end=TODAY,
        decision_on=TODAY,
        number=2,
        author=head,
        call="lost",
        made_at=at,
        side="manager",
    )
    settled(
        account,
        10,
        2,
        at,
        call=mine,
        called_probability=0.95,
        probability_of_model=0.8,
        over=over,
        over_probability=0.05,
    )
    model, person, manager = renewal_accuracy.of(RenewalCheckpoint.objects.all(), 90, own_money.on(TODAY))
    assert (model.side, model.count, model.hit, model.foretold, model.came) == ("model", 10, 0.8, 80.0, 80)
    assert model.brier == pytest.approx((8 * 0.2**2 + 2 * 0.8**2) / 10)
    assert (person.side, person.name, person.commits, person.committed, person.committed_came) == (
        "csm",
        "岡田",
        10,
        100,
        80,
    )
    assert person.brier == pytest.approx((8 * 0.05**2 + 2 * 0.95**2) / 10, abs=1e-6)
    assert (manager.name, manager.hit, manager.commits, manager.committed) == ("部長", 0.2, 0, None)
    RenewalCheckpoint.objects.filter(pk=RenewalCheckpoint.objects.earliest("pk").pk).update(kept_minor=None)
    model, person, _ = renewal_accuracy.of(RenewalCheckpoint.objects.all(), 90, own_money.on(TODAY))
    assert (model.count, model.foretold, model.came) == (10, 72.0, 70), "money of terms whose end is known"
    assert person.commits == 9
    RenewalCheckpoint.objects.earliest("pk").delete()
    (few, *_) = renewal_accuracy.of(RenewalCheckpoint.objects.all(), 90, own_money.on(TODAY))
    assert (few.count, few.brier, few.hit, few.came) == (9, None, None, None)
    assert renewal_accuracy.of(RenewalCheckpoint.objects.all(), 180, own_money.on(TODAY))[0].count == 0


def test_a_later_call_stands_beside_the_locked_one(account: Account, at: datetime) -> None:
    decision = contract(account).notice_deadline
    assert decision is not None
    renewals.say(contract(account), "likely", by=SYSTEM, at=at)
    assert renewal_checkpoints.take(90, decision - timedelta(70), at) == 1
    kept = RenewalCheckpoint.objects.get()
    assert renewal_checkpoints.since(kept, list(RenewalCall.objects.all())) is None
    RenewalCheckpoint.objects.update(taken_on=TODAY)
    kept.refresh_from_db()
    later = overrule(account, "lost", at + timedelta(days=1))
    assert renewal_checkpoints.since(kept, list(RenewalCall.objects.all())) == later
    assert kept.called_probability == 0.8 and kept.over is None


def test_forecasts_of_the_past_are_taken_over_and_held_against_what_came(account: Account, at: datetime) -> None:
    csm = cast.member(Role.CSM, "岡田")
    one = Said(account, date(2026, 1, 1), date(2025, 11, 30), 90, at - timedelta(450), date(2025, 9, 1), 480_000, "JPY",
               "likely", csm, p=0.7)  # fmt: skip
    assert renewal_history.bring([one, replace(one, days=17)], by=SYSTEM, at=at) == 1
    assert renewal_history.bring([one], by=SYSTEM, at=at) == 0
    assert renewal_checkpoints.settle(TODAY, at) == 1
    kept = RenewalCheckpoint.objects.get()
    assert kept.outcome and kept.call is not None and kept.call.author == csm and kept.probability_of_model == 0.7
    told = Entry.objects.filter(action__in=("work.renewal.brought", "work.renewal.settled")).order_by("valid_at")
    days = [entry.valid_at.astimezone(organisation.zone()).date() for entry in told]
    assert days == [kept.taken_on, kept.term_end]  # on the timeline where they belong, not on the day they became known


def test_calls_checkpoints_and_outcomes_go_with_a_merge_and_back(account: Account, at: datetime) -> None:
    other = losses_world.customer("合併する会社", at=at, mrr=10)
    subscriptions.change(contract(other), by=SYSTEM, at=at, starts_on=date(2026, 1, 1))
    end = contract(account).ends_on
    renewals.say(contract(account), "commit", by=SYSTEM, at=at)
    renewals.say(contract(other), "lost", by=SYSTEM, at=at + timedelta(1))
    for one in (account, other):
        RenewalCheckpoint.objects.create(
            account=one, term_end=end, decision_on=TODAY, days=90, mrr_minor=1, taken_on=TODAY
        )
    merge = merges.merge(account, other, by=SYSTEM, at=at)
    followed(at)
    assert RenewalCall.objects.filter(account=account).count() == 2
    assert RenewalCheckpoint.objects.filter(account=account).count() == 2
    there = standing(account.pk, end)
    assert there.held is not None and there.held.call == "lost", "the later one of both holds"
    renewal_rounds.step(at)
    assert set(RenewalOutlook.objects.values_list("whose", "held")) == {(account.pk, "lost")}
    merges.undo(merge, by=SYSTEM, at=at)
    followed(at)
    renewal_rounds.step(at)
    assert dict(RenewalOutlook.objects.values_list("whose", "held")) == {account.pk: "commit", other.pk: "lost"}


def followed(at: datetime) -> None:
    while journal.seal():
        pass
    while following.step(at):
        pass


def test_risks_of_thousands_are_read_in_one_query(
    account: Account, at: datetime, django_assert_num_queries: object
) -> None:
    renewals_world.told(account, 0.3, at=at)
    renewal_rounds.step(at)
    with django_assert_num_queries(1):  # type: ignore[operator]
        told = pipeline()
    assert len(told) == 1 and Risk.objects.count() == 1
