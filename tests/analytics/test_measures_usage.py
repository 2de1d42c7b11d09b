"""Usage measures, with the arithmetic shown."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nenrin.analytics import kpis
from tests.analytics.measures_cast import Said, days

MONDAY = date(2026, 6, 1)  # a month without public holidays in Japan
SUNDAY = MONDAY + timedelta(27)
BEFORE = MONDAY - timedelta(200)


def value(said: Said, path: Path, measure: str, day: date, account: int = 1, known: date | None = None) -> float | None:
    grid = kpis.Grid.on(day, known)
    table = kpis.evaluate(said.written(path), kpis.find(measure), grid, accounts=[account])
    return table.column(measure).to_pylist()[0]


def subscribed(seats: int) -> Said:
    said = Said().account(1, BEFORE)
    body = {"starts_on": "2025-10-01", "ends_on": "2026-10-01", "auto_renews": True, "term_months": 12,
            "status": "active", "seats": seats, "mrr_minor": 30000, "currency": "JPY",
            "steps": [{"from_on": "2025-10-01", "mrr_minor": 30000, "seats": seats}]}  # fmt: skip
    return said.fact("subscription", "s1", body, account=1, valid=date(2025, 10, 1), known=BEFORE)


def test_logins_per_seat_and_week_divide_by_seats_and_business_weeks(tmp_path: Path) -> None:
    said = subscribed(seats=4).mapped("signed_in", "login", BEFORE)
    for day in days(MONDAY, 28):
        said.used(1, day, "signed_in", times=2)
    # 28 days x 2 logins, 20 business days = 4 weeks, 4 seats
    assert value(said, tmp_path, "logins_per_seat_week", SUNDAY) == 56 / 4 / 4


def test_a_public_holiday_does_not_lower_the_logins_of_a_working_day(tmp_path: Path) -> None:
    last = date(2026, 5, 15)  # the window from 18 April holds 4 holidays: 16 business days
    said = subscribed(seats=1).mapped("signed_in", "login", BEFORE)
    for day in days(last - timedelta(27), 28):
        if kpis.Calendar.japan().is_business(day):
            said.used(1, day, "signed_in")
    assert value(said, tmp_path, "logins_per_seat_week", last) == 5.0


def test_silence_is_zero_while_the_source_speaks_of_others(tmp_path: Path) -> None:
    said = subscribed(seats=4).account(2, BEFORE).used(1, MONDAY - timedelta(100)).used(2, SUNDAY)
    assert value(said, tmp_path, "events_28d", SUNDAY) == 0


def test_silence_is_missing_once_the_source_itself_is_stale(tmp_path: Path) -> None:
    said = subscribed(seats=4).account(2, BEFORE).used(1, MONDAY - timedelta(100)).used(2, SUNDAY - timedelta(14))
    assert value(said, tmp_path, "events_28d", SUNDAY) is None


def test_an_account_never_seen_has_no_usage_rather_than_none(tmp_path: Path) -> None:
    said = subscribed(seats=4).account(2, BEFORE).used(2, SUNDAY)
    assert value(said, tmp_path, "events_28d", SUNDAY) is None


@pytest.mark.parametrize("measure", ["logins_per_seat_week", "feature_breadth", "feature_depth"])
def test_what_no_event_is_mapped_to_is_missing_however_much_is_used(tmp_path: Path, measure: str) -> None:
    said = subscribed(seats=4).mapped("opened", "other", BEFORE)
    for day in days(MONDAY, 28):
        said.used(1, day, "opened").used(1, day, "signed_in")
    assert value(said, tmp_path, measure, SUNDAY) is None


@pytest.mark.parametrize("measure", ["logins_per_seat_week", "feature_breadth", "feature_depth"])
def test_mapped_and_silent_is_zero(tmp_path: Path, measure: str) -> None:
    use = "login" if measure == "logins_per_seat_week" else "key_feature"
    said = subscribed(seats=4).used(1, MONDAY).used(1, SUNDAY).mapped("signed_in", use, SUNDAY, "reports")
    lake = said.written(tmp_path)
    grid = kpis.evaluate(lake, kpis.find(measure), kpis.Grid.daily(SUNDAY - timedelta(1), SUNDAY), accounts=[1])
    assert grid.column(measure).to_pylist() == [None, 0.0], "unknown the day before the mapping"
    for day, expected in ((SUNDAY - timedelta(1), None), (SUNDAY, 0.0)):
        one = kpis.evaluate(lake, kpis.find(measure), kpis.Grid.on(day), accounts=[1])
        assert one.column(measure).to_pylist() == [expected]


def test_days_since_activity_counts_from_the_last_event(tmp_path: Path) -> None:
    said = subscribed(seats=4).account(2, BEFORE).used(1, SUNDAY - timedelta(9)).used(2, SUNDAY)
    assert value(said, tmp_path, "days_since_activity", SUNDAY) == 9


def test_weekly_users_are_distinct_and_forgotten_after_seven_days(tmp_path: Path) -> None:
    said = subscribed(seats=4).used(1, SUNDAY, user="mei").used(1, SUNDAY - timedelta(3), user="mei")
    said.used(1, SUNDAY - timedelta(6), user="ken").used(1, SUNDAY - timedelta(7), user="aoi")
    assert value(said, tmp_path, "weekly_active_users", SUNDAY) == 2
    assert value(said, tmp_path, "active_user_share", SUNDAY) == 2 / 4


def test_a_run_of_holidays_stretches_the_week(tmp_path: Path) -> None:
    last = date(2026, 5, 6)  # 29 April and 3-6 May are holidays: the fifth business day back is 27 April
    said = subscribed(seats=4).used(1, date(2026, 4, 28), user="mei").used(1, last, user="ken")
    assert value(said, tmp_path, "weekly_active_users", last) == 2


@pytest.mark.parametrize(("known", "expected"), [(SUNDAY, 1), (SUNDAY + timedelta(3), 6)])
def test_a_late_event_counts_from_the_day_it_was_known(tmp_path: Path, known: date, expected: int) -> None:
    said = subscribed(seats=4).used(1, SUNDAY).used(1, MONDAY, times=5, known=SUNDAY + timedelta(2))
    assert value(said, tmp_path, "events_28d", SUNDAY, known=known) == expected
