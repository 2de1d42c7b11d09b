"""Does the effect differ between accounts: between groups known beforehand, and along the effect foretold for each?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from nenrin.analytics.effects import adjustments, comparisons, uplift
from nenrin.analytics.effects.comparisons import Difference, Interval
from nenrin.analytics.effects.readouts import LEAST

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: Below so many clusters in an arm, or of the rarer of two outcomes, no effect is foretold for anybody.
LEAST_TOLD, LEAST_RARE = 100, 20
FIFTHS = 5
ALPHA = 0.05

#: `few`: too few to foretell anything. `none`: the order says nothing, its interval holds 0. `some`: those put first gain more.
Verdict = Literal["few", "none", "some"]


@dataclass(frozen=True, slots=True)
class Group:
    """One group: `effect` and its interval are None with too few in an arm. `foretold`: the mean that was foretold for it,
    of fifths. Intervals hold for all groups of a table together (Bonferroni)."""

    key: str
    treated: int
    held: int
    effect: float | None = None
    interval: Interval | None = None
    foretold: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Groups of one kind. `chance`: how likely effects at least as unlike were if they were all the same (Cochran's Q); None
    with fewer than two groups that can be told."""

    name: str
    groups: tuple[Group, ...]
    chance: float | None


@dataclass(frozen=True, slots=True)
class Differing:
    """`qini` from -1 to 1, 0 by chance; its interval is for one look. None where `verdict` is few."""

    verdict: Verdict
    treated: int
    held: int
    qini: float | None
    interval: Interval | None
    tables: tuple[Table, ...]
    fifths: Table | None


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of each cluster before the arms parted, shape (n,) each: a number (NaN where it was not known), its
    size, and by name the group that it was in."""

    before: Floats
    size: NDArray[np.int64]
    groups: Mapping[str, Sequence[str]]

    def columns(self) -> Floats:
        """Shape (n, p): what an effect is foretold from."""
        there = ~np.isnan(self.before)
        mean = float(self.before[there].mean()) if there.any() else 0.0
        told = [np.where(there, self.before, mean), ~there, np.log(self.size)]
        for own in self.groups.values():
            named = np.array(own, dtype=object)
            told += [named == key for key in sorted(set(own))[1:]]
        return np.column_stack(told).astype(np.float64)


def of(outcome: Floats, treated: Bools, known: Known, *, is_share: bool, more_is_better: bool) -> Differing:
    """`outcome`, `treated`: of each cluster, shape (n,). Effects are told in the outcome's unit, the best first."""
    ours, theirs = int(treated.sum()), int((~treated).sum())
    told = outcome if is_share else adjustments.winsorised(outcome)
    quiet = adjustments.cuped(told, known.before, treated).outcome
    tables = tuple(_table(name, quiet, treated, own) for name, own in known.groups.items())
    rare = min((told > told.mean()).sum(), (told <= told.mean()).sum()) if len(told) else 0
    if min(ours, theirs) < LEAST_TOLD or rare < LEAST_RARE:
        return Differing("few", ours, theirs, None, None, tables, None)
    good = told if more_is_better else (1 - told if is_share else -told)
    score = uplift.crossed(known.columns(), good, treated, is_share=is_share and set(np.unique(good)) <= {0.0, 1.0})
    based = good - good.min()  # the curve counts from nothing
    interval = uplift.spread(based, score, treated)
    sign = 1.0 if more_is_better else -1.0
    return Differing(
        "some" if interval.low > 0 else "none", ours, theirs, uplift.qini(based, score, treated), interval, tables,
        _fifths(quiet, treated, score, sign),
    )  # fmt: skip


def _fifths(outcome: Floats, treated: Bools, score: Floats, sign: float) -> Table:
    order = np.argsort(-score, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) * FIFTHS // len(order)
    keys = [str(one + 1) for one in place.tolist()]
    means = {str(n + 1): sign * float(score[place == n].mean()) for n in range(FIFTHS)}
    return _table("foretold", outcome, treated, keys, means)


def _table(
    name: str, outcome: Floats, treated: Bools, own: Sequence[str], foretold: Mapping[str, float] | None = None
) -> Table:
    named = np.array(own, dtype=object)
    keys = sorted(set(own))
    inside = {key: named == key for key in keys}
    found = {key: _told(outcome[inside[key]], treated[inside[key]]) for key in keys}
    effects = [one for one in found.values() if one is not None]
    confidence = 1 - ALPHA / max(len(effects), 1)
    groups = []
    for key in keys:
        ours, one = treated[inside[key]], found[key]
        effect, reach = (one.value, one.interval(confidence)) if one else (None, None)
        groups.append(Group(key, int(ours.sum()), int((~ours).sum()), effect, reach, (foretold or {}).get(key)))
    return Table(name, tuple(groups), unlike(effects))


def _told(outcome: Floats, treated: Bools) -> Difference | None:
    if min(int(treated.sum()), int((~treated).sum())) < LEAST:
        return None
    return comparisons.of_means(outcome, treated)


def unlike(effects: Sequence[Difference]) -> float | None:
    """The chance of effects at least as unlike as these if all were the same (Cochran 1954); None below two.

    >>> unlike([Difference(1.0, 0.5, 50, 50), Difference(1.0, 0.5, 50, 50)])
    1.0
    """
    if len(effects) < 2 or any(one.error <= 0 for one in effects):
        return None
    value, weight = np.array([one.value for one in effects]), np.array([one.error**-2 for one in effects])
    distance = float((weight * (value - (weight @ value) / weight.sum()) ** 2).sum())
    return float(chi2.sf(distance, len(effects) - 1))
