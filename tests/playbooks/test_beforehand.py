"""What a share left alone could show beforehand: by hand from how many left, also of those who are no customers any more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from nenrin.analytics.revenue.decisions import Spell
from nenrin.insight.revenue import leavers
from nenrin.playbooks.effects import beforehand
from nenrin.playbooks.effects.outcomes import EPOCH

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
