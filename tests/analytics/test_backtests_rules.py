"""The simple rules beside a model, by hand: a sign turned round would make every model look a triumph."""

from __future__ import annotations

import numpy as np
import pytest

from nenrin.analytics.backtests import areas, replays
from nenrin.analytics.backtests.replays import AVERAGE, LAST_LOGIN, PULSE_ONLY, SILENCE, WORST_OF
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from tests.analytics import scores_cast
from tests.analytics.scores_cast import DAY

NAN = float("nan")
RULES = (AVERAGE, WORST_OF, LAST_LOGIN, PULSE_ONLY)
#: logins (10 is 100 points), breadth (1 is 100), nps (10 is 100), urgent_age (0 is 100), days of silence, pulse
ACCOUNTS = [
    (10.0, 1.0, NAN, NAN, 0.0, 6.0),  # 100, 100: all good
    (10.0, 0.5, 5.0, NAN, 45.0, 2.0),  # 100, 50, 50: in between
    (0.0, 1.0, NAN, 0.0, 400.0, NAN),  # 0, 100, 100: one is poor
    (NAN, NAN, NAN, NAN, NAN, 4.0),  # nothing is known
]


def day(rows: list[tuple[float, ...]]) -> Frame:
    keys = ("logins", "breadth", "nps", "urgent_age", SILENCE, "pulse")
    values = {key: np.array([row[n] for row in rows]) for n, key in enumerate(keys)}
    values["nps_age"] = np.where(np.isnan(values["nps"]), NAN, 1.0)
    return Frame(np.arange(len(rows)), values, np.array(["mid"] * len(rows)))


def told(model: HealthModel, frame: Frame) -> dict[str, list[float]]:
    """By rule, of one day that was lived again."""
    return {rule: own.tolist() for rule, own in replays.walk(model, [(DAY, frame)], kept={DAY}).scores.items()}


def test_each_simple_rule_says_what_it_says_by_hand() -> None:
    found = told(scores_cast.model(bands={"healthy": 70, "caution": 40}), day(ACCOUNTS))
    assert found[AVERAGE] == pytest.approx([100, 200 / 3, 200 / 3, 200 / 3])
    assert found[WORST_OF] == [100, 50, 0, 50]
    assert found[LAST_LOGIN] == [100, 50, 0, 50]
    assert found[PULSE_ONLY] == [6, 2, 4, 4]


def test_what_is_missing_stands_in_the_middle_of_its_own_day() -> None:
    model = scores_cast.model(bands={"healthy": 70, "caution": 40})
    days = [(DAY + n, day(ACCOUNTS[n:])) for n in range(3)]
    panel = replays.walk(model, days, kept={on for on, _ in days})
    last = [panel.scores[LAST_LOGIN][panel.day == on].tolist()[-1] for on, _ in days]
    assert last == [50, 0, 0], "the median of 45 and 400 days, and 400 alone, are longer than any silence that counts"
    for on, frame in days:
        own = {rule: kept[panel.day == on].tolist() for rule, kept in panel.scores.items()}
        assert {rule: own[rule] for rule in RULES} == {rule: told(model, frame)[rule] for rule in RULES}


def test_the_longer_nobody_came_the_lower_the_last_login_stands() -> None:
    frame = day([(5.0, 1.0, NAN, NAN, silence, NAN) for silence in (0.0, 1.0, 30.0, 89.0, 90.0, 500.0)])
    said = np.array(told(scores_cast.model(), frame)[LAST_LOGIN])
    assert said[0] == 100 and said[-1] == said[-2] == 0 and (np.diff(said[:-1]) < 0).all()


def test_where_silence_comes_before_leaving_the_last_login_tells_who_leaves() -> None:
    rng = np.random.default_rng(4)
    left = rng.random(400) < 0.3
    silence = np.where(left, rng.normal(50, 15, 400), rng.normal(20, 15, 400)).clip(0)
    frame = day([(10 - one / 10, 1.0, NAN, NAN, one, NAN) for one in silence])
    found = told(scores_cast.model(), frame)
    for rule in (LAST_LOGIN, AVERAGE):
        assert areas.area(-np.array(found[rule]), left, frame.accounts).low > 0.8
