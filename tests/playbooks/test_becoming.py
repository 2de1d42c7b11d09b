"""What became of those for whom it fired: a departure counts as foreseen only by what fired before the day of the decision."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.replays import outcomes
from nenrin.analytics.replays.outcomes import NEVER
from nenrin.analytics.revenue.decisions import Spell
from nenrin.insight.revenue import leavers
from nenrin.playbooks.replaying import replays

NO_LAKE: Any = None
ACCOUNT = np.ones(1, np.int64)


@pytest.mark.parametrize(("on", "became"), [
    (9, "stayed"), (10, "left"), (99, "left"), (100, "decided"), (101, "decided"), (399, "decided"), (400, "stayed"),
    (1_950, "open"),
])  # fmt: skip
def test_a_firing_is_told_by_the_decision_after_it(on: int, became: str) -> None:
    """Decided on day 100, customers again from day 400 on."""
    assert outcomes.after(ACCOUNT, np.array([on]), {1: [(100, 400)]}, through=2_000) == [became]


@pytest.mark.parametrize(("on", "caught"), [(-81, 0), (-80, 1), (99, 1), (100, 0), (101, 0)])
def test_the_notice_itself_catches_nothing(on: int, caught: int) -> None:
    found = outcomes.caught(ACCOUNT, np.array([on]), {1: [(100, NEVER)]}, 0, 200)
    assert (found.leavers, found.caught) == (1, caught)


def test_who_came_back_has_decided_until_then_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        Spell(1, 0, 100, 130, ends=130),
        Spell(1, 400, None, 900),
        Spell(2, 0, 50, 60, ends=60),
        Spell(3, 0, None, 900),
    ]
    monkeypatch.setattr(leavers, "spells", lambda lake, as_of: told)
    assert replays.decisions(NO_LAKE, date(2026, 1, 1)) == {1: [(100, 400)], 2: [(50, NEVER)]}
