"""Dates of steps that wait for each other: never before what they wait for, never on a holiday, no longer than needed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.schedules import Circle, Days, Standing, Step, Unknown, in_order, plan, upstream
from nenrin.foundation.calendar import is_business_day

MONDAY = date(2026, 4, 27)  # before the holidays of early May


def days(start: date = MONDAY) -> Days:
    return Days(start, is_business_day)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Step, ...]:
    """Up to twelve steps; each waits only for earlier ones, then they are shuffled."""
    count = draw(st.integers(1, 12))
    steps = [
        Step(f"s{n}", draw(st.integers(1, 9)), tuple(sorted(draw(st.sets(st.sampled_from([f"s{m}" for m in range(n)])))) if n else ()))
        for n in range(count)
    ]  # fmt: skip
    return tuple(draw(st.permutations(steps)))


def longest(steps: tuple[Step, ...]) -> int:
    """The longest chain in business days, found by trying every chain."""
    by_key = {step.key: step for step in steps}

    def through(step: Step) -> int:
        return step.days + max((through(by_key[key]) for key in step.after), default=0)

    return max(through(step) for step in steps)


def test_a_chain_jumps_over_golden_week() -> None:
    """2 days from Monday 27 April: 27 and 28 (29 is a holiday); the next 3 days: 30 April, 1 May, 7 May."""
    made = plan([Step("setup", 2), Step("import", 3, ("setup",))], days())
    assert [(one.start, one.due) for one in made.steps] == [
        (date(2026, 4, 27), date(2026, 4, 28)), (date(2026, 4, 30), date(2026, 5, 7)),
    ]  # fmt: skip
    assert (made.ends_on, made.business_days) == (date(2026, 5, 7), 5)


def test_a_start_on_a_holiday_begins_on_the_next_business_day() -> None:
    assert plan([Step("kickoff")], days(date(2026, 5, 3)))["kickoff"].start == date(2026, 5, 7)


@given(networks(), st.integers(0, 700))
def test_no_step_begins_before_what_it_waits_for_has_ended_or_on_a_free_day(
    steps: tuple[Step, ...], ahead: int
) -> None:
    made = plan(steps, days(MONDAY + timedelta(ahead)))
    for step in steps:
        placed = made[step.key]
        assert is_business_day(placed.start) and is_business_day(placed.due)
        assert all(made[key].due < placed.start for key in step.after)
        own = [d for n in range(60) if is_business_day(d := placed.start + timedelta(n)) and d <= placed.due]
        assert len(own) == step.days


@given(networks())
def test_the_whole_takes_as_long_as_its_longest_chain(steps: tuple[Step, ...]) -> None:
    made = plan(steps, days())
    assert made.business_days == longest(steps)
    assert sum(step.days for step in steps if step.key in made.critical) >= made.business_days


@given(networks(), st.data())
def test_a_step_may_slip_by_its_slack_and_no_further(steps: tuple[Step, ...], data: st.DataObject) -> None:
    before = plan(steps, days())
    late = data.draw(st.sampled_from(steps))
    slack = before[late.key].slack

    def end_with(more: int) -> int:
        return plan([Step(s.key, s.days + more, s.after) if s is late else s for s in steps], days()).business_days

    assert end_with(slack) == before.business_days
    assert end_with(slack + 1) == before.business_days + 1


@given(networks(), st.randoms())
def test_the_order_in_which_steps_are_given_changes_no_date(steps: tuple[Step, ...], random: object) -> None:
    other = list(steps)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = plan(steps, days()), plan(other, days())
    assert {s.key: s for s in one.steps} == {s.key: s for s in two.steps}


@given(networks(), st.data())
def test_what_is_open_never_ends_in_the_past_and_what_has_ended_stays(
    steps: tuple[Step, ...], data: st.DataObject
) -> None:
    ended = {
        step.key: MONDAY + timedelta(data.draw(st.integers(0, 40)))
        for step in in_order(steps)
        if data.draw(st.booleans())
    }
    open_ = [step.key for step in steps if step.key not in ended]
    begun = {key: MONDAY + timedelta(data.draw(st.integers(0, 30))) for key in open_ if data.draw(st.booleans())}
    today = MONDAY + timedelta(40)
    made = plan(steps, days(), Standing(ended, begun, {}, today))
    for step in steps:
        placed = made[step.key]
        assert placed.start <= placed.due and placed.slack >= 0
        if step.key in ended:
            assert placed.is_ended and placed.due <= max(ended[step.key], date(2026, 4, 27))
        else:
            assert placed.due >= today
        if step.key not in ended and step.key not in begun:
            assert placed.start >= today and all(made[key].due < placed.start for key in step.after)


def test_a_step_that_must_not_begin_before_a_day_moves_what_waits_for_it() -> None:
    steps = [Step("a"), Step("b", 1, ("a",))]
    made = plan(steps, days(), Standing(not_before={"a": date(2026, 5, 3)}))
    assert (made["a"].due, made["b"].due) == (date(2026, 5, 7), date(2026, 5, 8))


def test_a_late_step_pushes_only_what_waits_for_it() -> None:
    """a (2 days) is three days late: b waits for it and moves, c does not."""
    steps = [Step("a", 2), Step("b", 1, ("a",)), Step("c", 9)]
    before = plan(steps, days(date(2026, 6, 1)))
    after = plan(
        steps,
        days(date(2026, 6, 1)),
        Standing(begun={"a": date(2026, 6, 1), "c": date(2026, 6, 1)}, today=date(2026, 6, 5)),
    )
    assert (before["b"].due, after["b"].due) == (date(2026, 6, 3), date(2026, 6, 8))
    assert after["c"].due == before["c"].due == date(2026, 6, 11)


def test_a_circle_is_refused_and_named() -> None:
    with pytest.raises(Circle) as refused:
        in_order([Step("x"), Step("a", 1, ("c",)), Step("b", 1, ("a",)), Step("c", 1, ("b",))])
    keys = refused.value.keys
    assert keys[0] == keys[-1] and set(keys) == {"a", "b", "c"}


@given(networks(), st.data())
def test_any_wait_that_closes_a_circle_is_found(steps: tuple[Step, ...], data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(steps))
    behind = [step for step in steps if first.key in upstream(steps, step.key)] or [first]
    last = data.draw(st.sampled_from(behind))
    closed = [Step(s.key, s.days, (*s.after, last.key)) if s.key == first.key else s for s in steps]
    with pytest.raises(Circle) as refused:
        in_order(closed)
    waits = {step.key: step.after for step in closed}
    named = refused.value.keys
    assert named[0] == named[-1] and all(b in waits[a] for a, b in pairwise(named))


def test_a_wait_for_nobody_and_a_key_twice_are_refused() -> None:
    with pytest.raises(Unknown, match="a waits for z"):
        in_order([Step("a", 1, ("z",))])
    with pytest.raises(ValueError, match="two steps"):
        in_order([Step("a"), Step("a")])


def test_five_thousand_steps_in_one_chain_need_no_deep_stack() -> None:
    steps = [Step(f"s{n}", 1, (f"s{n - 1}",) if n else ()) for n in reversed(range(5000))]
    assert plan(steps, days()).business_days == 5000
