"""What a share left alone could show before anybody is left alone: from how many leave today, and how many families there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nenrin.analytics.effects import adjustments, comparisons, power, readouts
from nenrin.analytics.lake import Lake
from nenrin.insight.revenue import leavers
from nenrin.playbooks.effects import outcomes
from nenrin.playbooks.effects.exposures import Exposed
from nenrin.playbooks.effects.outcomes import EPOCH, Metric


@dataclass(frozen=True, slots=True)
class Line:
    """`detectable`: the smallest fall of churn that four times out of five would be found; None where not even none
    leaving would show."""

    share: float
    held: int
    treated: int
    detectable: float | None


@dataclass(frozen=True, slots=True)
class Beforehand:
    """`base`: the share of accounts that left within so many days, the last ones that are over; None where none ran."""

    days: int
    base: float | None
    families: int
    lines: tuple[Line, ...]


def of(
    lake: Lake, tops: Mapping[int, int], everybody: Sequence[int], shares: Sequence[float], days: int, *, as_of: date
) -> Beforehand:
    """`tops`: of each present customer the top of its family. `everybody`: also those who have left: of all whose contract
    ran when the days began, the share that left in them is the base."""
    count, base = len(set(tops.values())), _base(lake, list(everybody), days, as_of)
    lines = [_line(share, count, base) for share in shares]
    return Beforehand(days, base, count, tuple(lines))


#: A year of weeks; an effect that would take longer than so many weeks to be seen is not waited for.
YEAR_WEEKS, MOST_WEEKS = 52, 260


@dataclass(frozen=True, slots=True)
class Hoped:
    """What a playbook is to change: `metric` by `expected` (in its own unit; None: not stated) within so many days."""

    metric: Metric
    days: int
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """`families` that a playbook could reach now. `left`: those that never had an occasion, the most that may still be
    drawn; `a_week`: how many of them come in in a week (None: nothing tells yet). `held` and `treated`: drawn already.
    """

    families: int
    left: int
    a_week: float | None = None
    held: int = 0
    treated: int = 0

    @property
    def drawn(self) -> int:
        return self.held + self.treated

    @property
    def new(self) -> int:
        """As many as may be counted on to come in within a year, or where nothing tells, all of now; a family comes in for
        the first time only once."""
        return min(self.left, self.families if self.a_week is None else round(self.a_week * YEAR_WEEKS))

    @property
    def in_a_year(self) -> int:
        """Families that are compared after a year."""
        return self.drawn + self.new


@dataclass(frozen=True, slots=True)
class Shows:
    """What one share left alone could show of `in_a_year` families; those drawn already keep their arms.

    `detectable`: the smallest effect, in the metric's unit, that four times out of five would be found; None where none
    would. `needed`: families altogether until the effect hoped for would show; None where it is not stated or no number
    shows it. `weeks`: until so many have come in and their days are over; None where that is too long or never.
    """

    share: float
    held: int
    treated: int
    detectable: float | None
    needed: int | None
    weeks: int | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the metric without the playbook: `base`, its mean (of shares: the share); `deviation` of one
    family's outcome, less what the day before foretold of it; `known`: families with a value."""

    base: float
    deviation: float
    known: int


def ground(lake: Lake, tops: Mapping[int, int], hoped: Hoped, *, as_of: date) -> Ground | None:
    """From the last days that are over, of all accounts (id -> top of its family) that had a value; None where none had.

    Read as an effect is read: heavy tails cut, by family, with the day before taken into account.
    """
    if not tops:
        return None
    accounts = sorted(tops)
    ids = np.array(accounts, np.int64)
    whose = np.array([tops[account] for account in accounts], np.int64)
    begun = np.full(len(ids), (as_of - EPOCH).days - hoped.days, np.int64)
    alike = np.ones(len(ids), bool)
    everybody = Exposed(ids, whose, alike, np.zeros(len(ids)), begun, np.zeros(len(ids), np.int64), 0)
    found = outcomes.of(lake, everybody, hoped.metric.key, hoped.days, as_of)
    there = ~np.isnan(found.value)
    if not there.any():
        return None
    value = found.value[there] if hoped.metric.is_share else adjustments.winsorised(found.value[there])
    mean, treated, _ = comparisons.by_cluster(value, alike[there], whose[there])
    before, _, _ = comparisons.by_cluster(readouts.filled(found.before[there]), alike[there], whose[there])
    left = adjustments.cuped(mean, before, treated).outcome
    deviation = float(left.std(ddof=1)) if len(left) > 1 else 0.0
    return Ground(float(mean.mean()), deviation, len(mean))


def shows(known: Ground, hoped: Hoped, reached: Reached, shares: Sequence[float]) -> list[Shows]:
    """One for each share that may be left alone."""
    return [_shows(known, hoped, reached, share) for share in shares]


def _shows(known: Ground, hoped: Hoped, reached: Reached, share: float) -> Shows:
    held = reached.held + round(share * reached.new)
    treated = reached.in_a_year - held
    seen = _detectable(known, hoped.metric, treated, held)
    needed = _needed(known, hoped, share)
    return Shows(share, held, treated, seen, needed, _weeks(needed, hoped.days, reached))


def _detectable(known: Ground, metric: Metric, treated: int, held: int) -> float | None:
    if not metric.is_share:
        return power.detectable_mean(known.deviation, treated, held) if known.deviation else None
    return power.detectable_share(known.base, treated, held, fall=not metric.more_is_better) if known.base else None


def _needed(known: Ground, hoped: Hoped, share: float) -> int | None:
    """Families in both arms together."""
    if not hoped.expected or not 0 < share < 1:
        return None
    if hoped.metric.is_share:
        other = known.base + hoped.expected
        if not (0 < known.base < 1 and 0 < other < 1):
            return None
        return round(2 * power.per_arm(known.base, other) * power.inflation(share))
    alone = power.detectable_mean(known.deviation, 1, 1)  # of one family in each arm; it falls with the root of them
    if not alone:
        return None
    return max(2, math.ceil(2 * (alone / hoped.expected) ** 2 * power.inflation(share)))


def _weeks(needed: int | None, days: int, reached: Reached) -> int | None:
    if needed is None:
        return None
    after = math.ceil(days / 7)
    missing = max(0, needed - reached.drawn)
    if reached.a_week is None or not missing:
        return after if missing <= reached.new else None
    if reached.a_week <= 0 or missing > reached.left:
        return None
    weeks = math.ceil(missing / reached.a_week) + after
    return weeks if weeks <= MOST_WEEKS else None


def _line(share: float, count: int, base: float | None) -> Line:
    held = round(share * count)
    seen = power.detectable_share(base, count - held, held) if base else None
    return Line(share, held, count - held, seen)


def _base(lake: Lake, accounts: list[int], days: int, as_of: date) -> float | None:
    if not accounts:
        return None
    ids = np.array(accounts, np.int64)
    begun = np.full(len(ids), (as_of - EPOCH).days - days, np.int64)
    everybody = Exposed(ids, ids, np.ones(len(ids), bool), np.zeros(len(ids)), begun, np.zeros(len(ids), np.int64), 0)
    left = outcomes.left(everybody, leavers.spells(lake, as_of), days)
    known = left[~np.isnan(left)]
    return float(known.mean()) if len(known) else None
