"""Contract days hold whatever the calendar does."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import schedule, terms
from nenrin.customers.models import Subscription
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import SubscriptionStatus

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
lengths = st.integers(1, 60)


@given(days, lengths, st.integers(1, 40))
def test_terms_follow_each_other_without_gap_and_keep_their_day(anchor: date, months: int, count: int) -> None:
    end, following = terms.term_end(anchor, count, months), terms.term_end(anchor, count + 1, months)
    assert end < following
    assert end.day == anchor.day or (end.day < anchor.day and (end + timedelta(1)).day == 1)


@given(days, st.integers(0, 400))
def test_twelve_months_make_a_year_except_from_a_leap_day(day: date, years: int) -> None:
    years = years % 40
    there = terms.add_months(day, 12 * years)
    assert (there.year, there.month) == (day.year + years, day.month)
    assert there.day == day.day or (day.month, day.day, there.day) == (2, 29, 28)


@given(days, lengths, days)
def test_the_running_term_is_the_first_that_ends_after_the_day(anchor: date, months: int, day: date) -> None:
    count = terms.terms_until(anchor, months, day)
    assert terms.term_end(anchor, count, months) > day
    assert count == 1 or terms.term_end(anchor, count - 1, months) <= day


@given(days, st.integers(0, 6), st.integers(0, 120))
def test_a_whole_notice_period_lies_between_the_deadline_and_the_end(ends_on: date, months: int, extra: int) -> None:
    deadline = terms.notice_deadline(ends_on, months, extra)
    assert deadline < ends_on
    earliest = terms.add_months(ends_on, -months) - timedelta(days=extra)
    assert deadline + timedelta(1) == earliest  # a notice on the following day would come too late


def begun(starts_on: date, months: int, **columns: object) -> Subscription:
    row = Subscription(starts_on=starts_on, term_months=months, **columns)
    schedule.begin(row)
    schedule.set_deadline(row)
    return row


@given(days, st.integers(1, 36), st.integers(0, 2000), st.integers(0, 2000))
def test_two_steps_through_time_end_where_one_does(start: date, months: int, first: int, second: int) -> None:
    steps = [Step(start, 100, 5), Step(start + timedelta(400), 200, 9)]
    once, twice = begun(start, months), begun(start, months)
    last = start + timedelta(first + second)
    list(schedule.advance(once, steps, last))
    list(schedule.advance(twice, steps, start + timedelta(first)))
    list(schedule.advance(twice, steps, last))
    same = (
        "status",
        "term_from",
        "ends_on",
        "renewals",
        "notice_deadline",
        "mrr_minor",
        "seats",
        "next_change_on",
    )
    assert [getattr(once, name) for name in same] == [getattr(twice, name) for name in same]
    assert once.term_from <= last < once.ends_on
    assert once.mrr_minor == (200 if last >= steps[1].from_on else 100)


@given(days, st.integers(1, 36), st.integers(0, 3000))
def test_rings_cover_the_time_from_the_start_without_gap(start: date, months: int, passed: int) -> None:
    row = begun(start, months)
    list(schedule.advance(row, [Step(start, 1)], start + timedelta(passed)))
    rings = schedule.past_terms(row)
    assert len(rings) == row.renewals + 1
    assert rings[0][0] == start and rings[-1] == (row.term_from, row.ends_on)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(rings))


@given(days, st.integers(1, 24), st.integers(0, 800), st.booleans())
def test_a_notice_ends_the_contract_with_its_term_and_never_renews(
    start: date, months: int, on: int, auto: bool
) -> None:
    row = begun(start, months, auto_renews=auto, noticed_on=start + timedelta(on))
    happened = [what for _, what in schedule.advance(row, [Step(start, 1)], start + timedelta(4000))]
    assert row.status == SubscriptionStatus.ENDED and row.ended_on == row.ends_on
    assert happened[-1] == "ended" and happened.count("ended") == 1
    assert auto or row.renewals == 0


def test_a_contract_of_31_january_comes_back_to_the_31st() -> None:
    row = begun(date(2025, 1, 31), 1)
    ends = [row.ends_on]
    for _ in range(3):
        list(schedule.advance(row, [], row.ends_on))
        ends.append(row.ends_on)
    assert [day.isoformat() for day in ends] == ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"]


def test_a_joined_first_term_is_a_ring_of_its_own_length() -> None:
    row = Subscription(starts_on=date(2024, 11, 15), term_months=12)
    schedule.begin(row, date(2025, 4, 1))
    schedule.set_deadline(row)
    list(schedule.advance(row, [], date(2026, 6, 1)))
    assert schedule.past_terms(row) == [
        (date(2024, 11, 15), date(2025, 4, 1)),
        (date(2025, 4, 1), date(2026, 4, 1)),
        (date(2026, 4, 1), date(2027, 4, 1)),
    ]
