"""Renewals: called by people, foretold by a model, kept at checkpoints and held against what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.customers import rollovers, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Money
from nenrin.work import renewal_checkpoints, renewal_forecast, renewal_lines, renewal_pipeline, renewals
from nenrin.work.models import RenewalCall, RenewalCheckpoint
from nenrin.work.models.renewal import Call
from nenrin.work.privacy import renewals as privacy
from nenrin.work.renewal_calls import standing
from nenrin.work.renewal_forecast import Forecast
from nenrin.work.renewal_lines import Line
from tests import cast
from tests.work import losses_world, renewals_world

TODAY = date(2026, 11, 24)
FAR = date(2027, 11, 24)


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    """A year from 1 January 2026, renewed by itself, with a month's notice."""
    found = losses_world.customer(cast.DRIFTING, at=at, owner=cast.member(Role.CSM), mrr=480_000)
    subscriptions.change(found.subscriptions.get(), by=SYSTEM, at=at, starts_on=date(2026, 1, 1))
    return found


def contract(account: Account) -> Subscription:
    return account.subscriptions.get()


def lines(until: date = FAR) -> list[Line]:
    return renewal_lines.ahead(cast.member(Role.HEAD, "見る人"), TODAY, until)


def foretold(rows: list[Line]) -> Forecast:
    return renewal_forecast.of(renewal_pipeline.of_lines(rows), "JPY")


def test_a_call_is_kept_and_the_next_one_holds(account: Account, at: datetime) -> None:
    csm = cast.member(Role.CSM, "岡田")
    first = renewals.say(contract(account), "open", by=Actor.of(csm), author=csm, at=at, reason="田中様は検討中")
    assert (first.number, first.probability, first.term_end) == (1, 0.5, contract(account).ends_on)
    assert first.decision_on == contract(account).notice_deadline
    again = renewals.say(contract(account), "open", by=Actor.of(csm), author=csm, at=at, reason="田中様は検討中")
    assert again == first and Entry.objects.filter(action="work.renewal.called").count() == 1
    second = renewals.say(contract(account), "commit", by=Actor.of(csm), author=csm, at=at, probability=0.9, seen=1)
    assert (second.number, second.probability) == (2, 0.9)
    assert standing(account.pk, second.term_end).held == second and RenewalCall.objects.count() == 2
    entry = Entry.objects.filter(action="work.renewal.called").earliest("pk")
    assert entry.particulars["call_ja"] == "未定" and "reason" not in entry.particulars


def test_two_who_call_at_once_are_told(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "open", by=SYSTEM, at=at, seen=0)
    with pytest.raises(Conflict):
        renewals.say(contract(account), "lost", by=SYSTEM, at=at, seen=0)
    assert RenewalCall.objects.count() == 1


@pytest.mark.parametrize("bad", [{"call": "zodiac"}, {"probability": 1.5}, {"reason": "長" * 2001}])
def test_a_call_without_meaning_is_refused(account: Account, at: datetime, bad: dict[str, object]) -> None:
    with pytest.raises(Refused):
        renewals.say(contract(account), by=SYSTEM, at=at, **({"call": "open"} | bad))  # type: ignore[arg-type]


def test_a_term_under_six_months_is_not_in_the_pipeline(account: Account, at: datetime) -> None:
    subscriptions.change(contract(account), by=SYSTEM, at=at, term_months=5)
    assert lines() == []
    with pytest.raises(Refused):
        renewals.say(contract(account), "open", by=SYSTEM, at=at)


def test_the_deadline_of_the_notice_is_the_decision(account: Account, at: datetime) -> None:
    (line,) = lines()
    row = contract(account)
    assert row.notice_deadline is not None and row.notice_deadline < row.ends_on
    assert (line.decision_on, line.days_left) == (row.notice_deadline, (row.notice_deadline - TODAY).days)
    assert lines(row.notice_deadline - timedelta(1)) == [] and len(lines(row.notice_deadline)) == 1
    subscriptions.change(row, by=SYSTEM, at=at, auto_renews=False)
    assert lines()[0].decision_on == row.ends_on


def test_a_model_far_from_the_call_comes_first(account: Account, at: datetime) -> None:
    other = losses_world.customer("同じ意見の会社", at=at)
    renewals_world.told(account, 0.8, at=at)
    renewals.say(contract(account), "commit", by=SYSTEM, at=at)
    assert contract(other).ends_on != contract(account).ends_on
    found = lines()
    assert found[0].account == account.pk and found[0].is_apart and found[0].p == pytest.approx(0.2)
    assert found[0].gap == pytest.approx(-0.75) and found[0].low is not None and found[0].high is not None
    assert found[0].low <= 0.2 <= found[0].high
    assert found[1].p is None and not found[1].is_apart, "no model: not enough data, and nothing to differ from"


def test_a_model_that_only_ranks_tells_no_probability(account: Account, at: datetime) -> None:
    renewals_world.told(account, 0.8, at=at, shows=False)
    assert lines()[0].p is None


def test_under_notice_nothing_is_left_to_hope_for(account: Account, at: datetime) -> None:
    renewals.say(contract(account), "commit", by=SYSTEM, at=at)
    subscriptions.give_notice(contract(account), on=TODAY, by=SYSTEM, at=at)
    told = foretold(lines())
    assert (told.due, told.committed, told.best, told.worst, told.expected) == (480_000, 0, 0, 0, 0.0)


def test_a_colleague_sees_their_own_accounts_alone(account: Account, at: datetime) -> None:
    stranger = cast.member(Role.SALES, "他部門")
    assert renewal_lines.ahead(stranger, TODAY, FAR) == []


def _line(number: int, mrr: int, p: float | None, call: str | None, currency: str = "JPY") -> Line:
    said = RenewalCall(call=call) if call else None
    return Line(number, number, "社", None, "", TODAY, FAR, FAR, 365, True, False, Money(mrr, currency), "", None, p, p, p,
                said)  # fmt: skip


LINES = st.lists(
    st.tuples(st.integers(0, 900), st.none() | st.floats(0.02, 0.98), st.none() | st.sampled_from([*Call])), max_size=8
)


@settings(max_examples=25, deadline=None)
@given(LINES)
def test_scenarios_stand_in_their_order_and_the_model_in_its_interval(
    drawn: list[tuple[int, float | None, str | None]],
) -> None:
    rows = [_line(n, *one) for n, one in enumerate(drawn)]
    told = foretold(rows)
    assert 0 <= told.worst <= told.committed <= told.best <= told.due
    assert told.due == sum(one[0] for one in drawn) and told.told <= told.due
    if told.expected is not None and told.low is not None and told.high is not None:
        assert 0 <= told.low <= told.high <= told.told
        assert told.expected == pytest.approx(sum(m * p for m, p, _ in drawn if p is not None))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.floats(0.05, 0.95)), min_size=1, max_size=8))
def test_four_of_five_outcomes_fall_in_the_interval(drawn: list[tuple[int, float]]) -> None:
    """Against every outcome written out."""
    told = foretold([_line(n, m, p, None) for n, (m, p) in enumerate(drawn)])
    assert told.low is not None and told.high is not None
    below = above = 0.0
    for stays in product((0, 1), repeat=len(drawn)):
        chance = float(np.prod([p if kept else 1 - p for kept, (_, p) in zip(stays, drawn, strict=True)]))
        total = sum(m for kept, (m, _) in zip(stays, drawn, strict=True) if kept)
        below += chance * (total < told.low - 1e-6)
        above += chance * (total > told.high + 1e-6)
    assert below <= 0.1 + 1e-9 and above <= 0.1 + 1e-9


@pytest.mark.parametrize(
    ("band", "call", "lean"),
    [("at_risk", "commit", -1), ("healthy", "lost", 1), ("at_risk", "open", 0), ("", "lost", 0)],
)
def test_health_speaks_where_no_probability_is_told(band: str, call: str, lean: int) -> None:
    line = replace(_line(1, 100, None, call), band=band)
    assert (line.lean, line.is_apart) == (lean, lean != 0)
    assert foretold([line]).worst == 0


def test_other_currencies_are_counted_and_not_added() -> None:
    told = foretold([_line(1, 100, None, "commit"), _line(2, 900, 0.5, "commit", "USD")])
    assert (told.count, told.due, told.foreign, told.expected) == (2, 100, 1, None)


def test_a_checkpoint_keeps_what_was_said_and_is_taken_once(account: Account, at: datetime) -> None:
    decision = contract(account).notice_deadline
    assert decision is not None
    day = decision - timedelta(90)
    renewals.say(contract(account), "likely", by=SYSTEM, at=at)
    assert renewal_checkpoints.take(90, day - timedelta(1), at) == 0, "not due yet"
    assert renewal_checkpoints.take(90, day + timedelta(30), at) == 0, "too late to be a forecast of 90 days"
    assert renewal_checkpoints.take(90, day + timedelta(5), at) == 1
    assert renewal_checkpoints.take(90, day + timedelta(6), at) == 0
    kept = RenewalCheckpoint.objects.get()
    assert (kept.called_probability, kept.probability_of_model, kept.mrr_minor) == (0.8, None, 480_000)
    renewals.say(contract(account), "lost", by=SYSTEM, at=at)
    kept.refresh_from_db()
    assert kept.called_probability == 0.8 and kept.call is not None and kept.call.call == "likely"


def checked(account: Account, at: datetime) -> date:
    decision = contract(account).notice_deadline
    assert decision is not None and renewal_checkpoints.take(90, decision - timedelta(90), at) == 1
    return contract(account).ends_on


def test_who_stays_was_renewed(account: Account, at: datetime) -> None:
    end = checked(account, at)
    assert renewal_checkpoints.settle(end - timedelta(1), at) == 0
    rollovers.roll(end, at=at)
    assert renewal_checkpoints.settle(end, at) == 1 and RenewalCheckpoint.objects.get().outcome == "renewed"
    assert renewal_checkpoints.settle(end, at) == 0


def test_who_gave_notice_was_lost(account: Account, at: datetime) -> None:
    end = checked(account, at)
    subscriptions.give_notice(contract(account), on=TODAY, by=SYSTEM, at=at)
    assert renewal_checkpoints.settle(end, at) == 1 and RenewalCheckpoint.objects.get().outcome == "lost"


def test_who_pays_another_price_was_renewed_with_a_change(account: Account, at: datetime) -> None:
    end = checked(account, at)
    subscriptions.reprice(contract(account), from_on=end, mrr_minor=300_000, by=SYSTEM, at=at)
    assert renewal_checkpoints.settle(end, at) == 1 and RenewalCheckpoint.objects.get().outcome == "changed"


def test_a_name_in_a_call_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    row = renewals.say(contract(account), "open", by=SYSTEM, at=at, reason="田中様の予算", next_step="田中様に電話")
    assert privacy.exported(["田中"])[0]["reason"].startswith("田中様")
    assert privacy.erase(["田中"], at=at) == 1
    row.refresh_from_db()
    assert "田中" not in row.reason + row.next_step and privacy.erase(["田中"], at=at) == 0
