"""Whether a score still means what it meant: odds learned on the first half of the days, held against each later month.

Cumulative sums (Page 1954, Biometrika 41) of who left less who was told to, four weeks at a time so that no loss counts
twice; and how far each measure's points have moved (population stability index).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nenrin.analytics.backtests import probabilities, risks
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.forecasts.hazards import drifts, logistics

#: Days of a step, and days that are newest where measures are compared.
STEP, NEWEST = 28, 91
#: Accounts that must have left in the first half, and steps that must lie in the second.
LEAST, FEWEST = 10, 3
#: Days that the month of a told probability stands for.
MONTH = 365.25 / 12
#: Losses by which a step may be off without telling anything, however few it has.
LEAST_SPREAD = 1.0


@dataclass(frozen=True, slots=True)
class Month:
    """Four weeks from `day` (since 1970-01-01): how many of `accounts` that could leave were told to, and did."""

    day: int
    accounts: int
    told: float
    left: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A measure's population stability index: the newest days against those before; above .25 it has moved far."""

    measure: str
    psi: float


@dataclass(frozen=True, slots=True)
class Watch:
    """Sums after each month in standard deviations: more left than told (`over`), fewer (`under`). `since`: the month in
    which one rose above `alarm`; None: none did. `wanting`: accounts that must still leave before there are months."""

    months: tuple[Month, ...]
    over: tuple[float, ...]
    under: tuple[float, ...]
    since: int | None
    alarm: float
    wanting: int
    moved: tuple[Moved, ...]


def watch(panel: Panel, ahead: Ahead, rule: str) -> Watch:
    """Of rows every four weeks. Probabilities are held as they were told, from the first day on."""
    rows = risks.watched(probabilities.at(panel, 30), ahead, STEP)
    months, wanting = _as_told(rows) if probabilities.are_told(panel) else _months(rows, rule)
    found = drifts.summed([(one.left - one.told) / _spread(one) for one in months])
    since = None if found.alarm is None else months[found.alarm].day
    return Watch(months, found.over, found.under, since, drifts.CUSUM_ALARM, wanting, _moved(panel))


def _spread(one: Month) -> float:
    share = one.told / max(one.accounts, 1)
    return max(float(np.sqrt(one.told * (1 - share))), LEAST_SPREAD)


def _months(rows: Watched, rule: str) -> tuple[tuple[Month, ...], int]:
    panel, days = rows.panel, np.unique(rows.panel.day)
    if len(days) < 2 * FEWEST:
        return (), LEAST
    first = int(days[len(days) // 2])
    before, after = panel.day + STEP <= first, panel.day >= first
    left = len(np.unique(panel.account[before & rows.left]))
    if left < LEAST:
        return (), LEAST - left
    columns = np.stack([np.ones(len(panel)), panel.scores[rule] / 100], axis=1)
    told = logistics.fit(columns[before], rows.left[before], ridge=1.0).probability(columns)
    steps = [(int(day), after & (panel.day == day)) for day in days if day >= first]
    return tuple(Month(day, int(own.sum()), float(told[own].sum()), int(rows.left[own].sum())) for day, own in steps), 0


def _as_told(rows: Watched) -> tuple[tuple[Month, ...], int]:
    """A month's probability counts for the four weeks that a step has."""
    panel, left = rows.panel, rows.accounts_left
    if left < LEAST:
        return (), LEAST - left
    told = 1 - (1 - probabilities.of(panel)) ** (STEP / MONTH)
    steps = [(int(day), panel.day == day) for day in np.unique(panel.day)]
    return tuple(Month(day, int(own.sum()), float(told[own].sum()), int(rows.left[own].sum())) for day, own in steps), 0


def _moved(panel: Panel) -> tuple[Moved, ...]:
    """By measure, the furthest first; none where there are no earlier days."""
    newest = panel.day > panel.day.max() - NEWEST
    if newest.all():
        return ()
    psi = [drifts.psi(panel.points[~newest, n], panel.points[newest, n]) for n in range(len(panel.measures))]
    found = (Moved(name, value) for name, value in zip(panel.measures, psi, strict=True))
    return tuple(sorted(found, key=lambda one: -one.psi))
