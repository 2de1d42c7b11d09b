"""What a share left alone could show beforehand: by hand from how many left, also of those who are no customers any more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.revenue.decisions import Spell
from nenrin.insight.revenue import leavers
from nenrin.playbooks.effects import beforehand, outcomes
from nenrin.playbooks.effects.beforehand import Ground, Hoped, Reached, Shows
from nenrin.playbooks.effects.outcomes import EPOCH, Found, Metric
from nenrin.values import Text

NO_LAKE: Any = None
TODAY = date(2026, 11, 23)
NOW = (TODAY - EPOCH).days


def _spells(stay: int, leave: int) -> list[Spell]:
    """Accounts from 1 on that stay, and after them those that decided to leave 30 days ago."""
    return [Spell(n, 0, None, NOW) for n in range(1, stay + 1)] + [
        Spell(n, 0, NOW - 30, NOW, ends=NOW - 5) for n in range(stay + 1, stay + leave + 1)
    ]


def test_those_who_left_are_part_of_how_many_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 customers, 250 more left in the last 90 days: 250 / 1,250. With 100 left alone against 900:
    2.8016 * sqrt(0.2 * 0.8 / 100 + 0.0850 * 0.9150 / 900) = 0.115."""
    monkeypatch.setattr(leavers, "spells", lambda lake, as_of: _spells(1000, 250))
    tops, everybody = {n: n for n in range(1, 1001)}, range(1, 1251)
    told = beforehand.of(NO_LAKE, tops, everybody, [0.1, 0.01], 90, as_of=TODAY)
    assert (told.base, told.families) == (0.2, 1000)
    tenth, hundredth = told.lines
    assert (tenth.held, tenth.treated) == (100, 900)
    assert tenth.detectable == pytest.approx(0.115, abs=5e-4)
    assert hundredth.detectable is None, "of ten families not even none leaving would show"


def test_who_left_before_the_days_began_or_came_after_is_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [Spell(1, 0, None, NOW), Spell(2, 0, NOW - 91, NOW, ends=NOW - 91), Spell(3, NOW - 20, NOW - 10, NOW)]
    monkeypatch.setattr(leavers, "spells", lambda lake, as_of: told)
    assert beforehand.of(NO_LAKE, {1: 1}, [1, 2, 3], [0.1], 90, as_of=TODAY).base == 0.0
    assert beforehand.of(NO_LAKE, {}, [], [0.1], 90, as_of=TODAY - timedelta(1)).base is None


WORDS = Text("Metric", "指標")
CHURN = Metric("churn", WORDS, True, False)
NPS = Metric("nps", WORDS, False, True)


def _one(hoped: Hoped, known: Ground, reached: Reached, share: float) -> Shows:
    [told] = beforehand.shows(known, hoped, reached, [share])
    return told


def test_how_many_families_and_weeks_a_fall_of_churn_takes() -> None:
    """From 10 % to 8 %: 3,210 in each of two equal arms; with a tenth left alone 2.78 times as many in all."""
    hoped, known = Hoped(CHURN, 90, -0.02), Ground(0.10, 0.3, 1000)
    half = _one(hoped, known, Reached(500, 30_000, 100.0), 0.5)
    assert (half.held, half.treated, half.needed) == (2600, 2600, 6420)
    assert half.weeks == 65 + 13, "6,420 at 100 a week, and 90 days more"
    tenth = _one(hoped, known, Reached(500, 30_000, 100.0), 0.1)
    assert (tenth.held, tenth.treated, tenth.needed, tenth.weeks) == (520, 4680, 17_833, 179 + 13)
    assert tenth.detectable is not None and 0.03 < tenth.detectable < 0.05
    assert _one(hoped, known, Reached(500, 30_000, 10.0), 0.5).weeks is None, "642 weeks are more than five years"
    assert _one(hoped, known, Reached(500, 500), 0.5).weeks is None, "all of now are too few, however fast they come"
    assert _one(hoped, known, Reached(7000, 7000), 0.5).weeks == 13, "all of now come in at once"


def test_no_more_families_come_in_than_there_are() -> None:
    """2,000 families of which 300 never had an occasion: at 400 a week they are 300 in a year, not 20,800."""
    hoped, known = Hoped(CHURN, 90, -0.02), Ground(0.10, 0.3, 1000)
    told = _one(hoped, known, Reached(50, 300, 400.0), 0.2)
    assert (told.held, told.treated, told.weeks) == (60, 240, None), "6,000 and more never come"
    begun = _one(hoped, known, Reached(50, 300, 400.0, held=200, treated=1500), 0.5)
    assert (begun.held, begun.treated) == (350, 1650), "those drawn before keep their arms, whatever the share is now"
    over = _one(hoped, known, Reached(50, 0, 0.0, held=4000, treated=4000), 0.5)
    assert (over.held, over.treated, over.weeks) == (4000, 4000, 13), "all that it takes have come in"
    late = _one(hoped, known, Reached(0, 0, 400.0), 0.2)
    assert (late.held, late.treated, late.detectable) == (0, 0, None), "all came in while nobody was left alone"


def test_a_measure_is_told_in_its_own_unit() -> None:
    """NPS with a deviation of 35 points: 2.8016 * 35 * sqrt(1/50 + 1/50) = 19.6 points; for 10 points it takes 384."""
    told = _one(Hoped(NPS, 90, 10.0), Ground(12.0, 35.0, 200), Reached(100, 100), 0.5)
    assert told.detectable == pytest.approx(19.61, abs=0.01)
    assert (told.needed, told.weeks) == (385, None)
    assert _one(Hoped(NPS, 90), Ground(12.0, 35.0, 200), Reached(100, 100), 0.5).needed is None


def test_too_few_to_show_anything_is_said_so() -> None:
    few = _one(Hoped(CHURN, 90, -0.05), Ground(0.03, 0.2, 40), Reached(44, 44), 0.1)
    assert (few.held, few.treated, few.detectable, few.needed) == (4, 40, None, None)
    nobody = _one(Hoped(NPS, 90, 5.0), Ground(12.0, 35.0, 40), Reached(0, 0), 0.5)
    assert (nobody.detectable, nobody.weeks) == (None, None)


def test_the_ground_is_by_family_and_less_what_the_day_before_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two accounts of one family count as their mean; where the day before foretold all of it, nothing is left."""
    nan = float("nan")
    told = Found(np.array([10.0, 20.0, 30.0, nan]), np.array([nan, nan, nan, nan]))
    monkeypatch.setattr(outcomes, "of", lambda *args: told)
    tops = {1: 1, 2: 1, 3: 3, 4: 4}
    known = beforehand.ground(NO_LAKE, tops, Hoped(NPS, 90), as_of=TODAY)
    assert known is not None and known.known == 2
    assert known.base == pytest.approx(22.5, rel=0.01) and known.deviation == pytest.approx(10.6, rel=0.02)
    told = Found(np.array([10.0, 20.0, 30.0, nan]), np.array([8.0, 18.0, 28.0, nan]))
    foretold = beforehand.ground(NO_LAKE, {n: n for n in range(1, 5)}, Hoped(NPS, 90), as_of=TODAY)
    assert foretold is not None and foretold.deviation < 0.2
    told = Found(np.full(4, nan), np.full(4, nan))
    assert beforehand.ground(NO_LAKE, tops, Hoped(NPS, 90), as_of=TODAY) is None
    assert beforehand.ground(NO_LAKE, {}, Hoped(NPS, 90), as_of=TODAY) is None
