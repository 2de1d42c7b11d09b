"""People work when Japan works; what they do and ask follows how well the product is adopted."""

from datetime import date

import numpy as np
import pytest

from nenrin.simulator.economy import answers, blemishes, tickets, usage, workdays
from nenrin.simulator.streams import stream


def _factor(day: date) -> float:
    return float(workdays.factors(day, 1)[0])


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 5, 6),  # the substitute for Constitution Day, which falls on a Sunday
        date(2026, 9, 22),  # a citizens' holiday between two holidays
        date(2026, 11, 23),
        date(2026, 12, 30),
        date(2027, 1, 2),
        date(2026, 11, 22),  # a Sunday
    ],
)
def test_hardly_anybody_works_on_a_day_off(day: date) -> None:
    assert _factor(day) <= 0.08


def test_obon_is_quiet_though_no_holiday_and_the_end_of_march_is_loud() -> None:
    assert _factor(date(2026, 8, 13)) == pytest.approx(0.6, abs=0.02)
    assert _factor(date(2026, 3, 31)) > 1.15


def _year(level: float, users: int = 40) -> usage.Usage:
    days = 365
    factors = workdays.factors(date(2026, 1, 1), days)
    return usage.lived(np.full(days, level), factors, np.ones((users, days), bool), stream(1, "usage"))


def test_a_delighted_customer_logs_in_more_than_a_lukewarm_one() -> None:
    assert len(_year(1.0)) > 1.5 * len(_year(-1.0)) > 0


def test_nobody_logs_in_without_a_seat() -> None:
    present = np.zeros((3, 30), bool)
    present[1, 10:20] = True
    lived = usage.lived(np.ones(30), np.ones(30), present, stream(1, "usage"))
    assert set(lived.user) == {1}
    assert set(lived.day) <= set(range(10, 20))


def test_user_days_come_in_order_of_days_and_within_the_working_day() -> None:
    lived = _year(0.5)
    assert (np.diff(lived.day) >= 0).all()
    assert lived.second.min() >= 7 * 3600
    assert lived.second.max() <= 20 * 3600


def test_every_action_is_a_feature_its_user_knows() -> None:
    rng = stream(2, "features")
    weights = usage.breadths(10, 6, 0.0, rng)
    place, feature = usage.chosen(weights, np.arange(10), np.full(10, 50), rng)
    assert len(place) == 500
    assert (weights[place, feature] > 0).all()


def test_new_customers_and_incidents_bring_tickets() -> None:
    days, users = np.zeros(2_000), np.full(2_000, 100.0)
    calm = tickets.asked(days, users, days, days, stream(3, "tickets"))
    stormy = tickets.asked(days, users, days + 1, days + 0.5, stream(3, "tickets"))
    assert len(stormy) > 2 * len(calm) > 0
    assert (calm.hours > 0).all()
    assert set(calm.csat) <= set(range(6))


def test_silence_is_no_random_sample_the_content_answer_more_often() -> None:
    rng = stream(4, "nps")
    happy, sad = np.full(5_000, 1.5), np.full(5_000, -1.5)
    assert answers.responds(happy, rng).mean() > 2 * answers.responds(sad, rng).mean()
    assert answers.scores(happy, rng).mean() > answers.scores(sad, rng).mean() + 2


def test_records_go_wrong_as_often_as_declared() -> None:
    drawn = blemishes.drawn(100_000, stream(5, "blemishes"))
    assert drawn.is_duplicate.mean() == pytest.approx(0.003, abs=0.001)
    assert (drawn.lag_days > 20).mean() == pytest.approx(0.02, abs=0.003)
    assert drawn.lag_days.min() == 3
    assert set(drawn.skew_seconds) == {-9 * 3600, 0, 9 * 3600}
