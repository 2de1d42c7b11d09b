"""A model that tells probabilities has one for each horizon, and they are held against what came just as they were told.

A panel carries them as scores under names of their own; a card asks for them by horizon. Its bands are tenths of a day:
what a team looks at is the highest, however probable that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.panels import Panel, Steadiness
from nenrin.analytics.backtests.replays import MODEL, WITHOUT_MANUAL
from nenrin.analytics.scores.bands import Band

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TOLD = "told "
#: Beside the rules that a health model is held against: the health score itself.
HEALTH = "health"
#: Shares of a day's accounts, the most probable first: the highest tenth, and with the next two tenths.
HIGHEST, HIGH = 0.1, 0.3
WEEK = 7


def scores(told: Mapping[int, Floats], rule: str = MODEL) -> dict[str, Floats]:
    """What a panel carries of a rule's probabilities by horizon in days: 0 to 100, higher is less probable."""
    return {named(rule, days): 100 * (1 - p) for days, p in told.items()}


def named(rule: str, days: int) -> str:
    return f"{_TOLD}{days} {rule}"


def are_told(panel: Panel) -> bool:
    return any(rule.startswith(_TOLD) for rule in panel.scores)


def is_told(rule: str) -> bool:
    return rule.startswith(_TOLD)


def at(panel: Panel, days: int) -> Panel:
    """The panel as the model tells a horizon: its score, with and without manual entries, is that horizon's. Unchanged
    where it has but one score."""
    if not are_told(panel):
        return panel
    names = {rule: named(rule, days) for rule in (MODEL, WITHOUT_MANUAL)}
    own = {rule: panel.scores[name] for rule, name in names.items() if name in panel.scores}
    return replace(panel, scores={rule: one for rule, one in panel.scores.items() if not is_told(rule)} | own)


def of(panel: Panel) -> Floats:
    """The probabilities behind the model's scores."""
    return np.asarray(1 - panel.scores[MODEL] / 100, dtype=np.float64)


def bands(day: Ints, told: Floats) -> NDArray[np.int8]:
    """At risk: the highest tenth of its day; caution: the next two tenths; healthy: the rest. Of equal probabilities all
    stand in the middle of their places, so that where everybody is told the same nobody stands out.

    >>> bands(np.zeros(10, dtype=np.int64), np.arange(10) / 10).tolist() == [3] * 7 + [2] * 2 + [1]
    True
    """
    found = np.zeros(len(day), dtype=np.int8)
    for one in np.unique(day):
        rows = np.flatnonzero(day == one)
        ordered = np.sort(told[rows])
        above = len(rows) - np.searchsorted(ordered, told[rows], side="right")
        equal = np.searchsorted(ordered, told[rows], side="right") - np.searchsorted(ordered, told[rows], side="left")
        place = (above + equal / 2) / len(rows)
        found[rows] = np.where(
            place <= HIGHEST, Band.AT_RISK.code, np.where(place <= HIGH, Band.CAUTION.code, Band.HEALTHY.code)
        )
    return found


def steadiness(panel: Panel) -> Steadiness:
    """Changes of band from one week to the next, in so many account-days."""
    order = np.lexsort((panel.day, panel.account))
    account, day, band = panel.account[order], panel.day[order], panel.band[order]
    weeks = (np.diff(account) == 0) & (np.diff(day) == WEEK)
    return Steadiness(int((weeks & (np.diff(band) != 0)).sum()), WEEK * int(weeks.sum()))
