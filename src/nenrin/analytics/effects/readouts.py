"""What a playbook or campaign has brought, as far as its accounts can tell: one verdict, with everything it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.effects import adjustments, comparisons, power, samples, sequential
from nenrin.analytics.effects.comparisons import Difference, Interval

Floats = NDArray[np.float64]
#: Below so many clusters in an arm nothing is said: the intervals lean on the central limit.
LEAST = 30

#: `mismatch`: the arms are not what was drawn. `few`: too few accounts to say anything. `gain`, `harm`: the interval
#: that holds at every look leaves 0 out. `not_detectable`: it does not, and an effect as large as was hoped for could not
#: have shown yet. `none_seen`: it does not, though that effect would have shown.
Verdict = Literal["mismatch", "few", "gain", "harm", "not_detectable", "none_seen"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of each account, in the arm that was drawn for it; all columns of shape (n,).

    - `value`: the outcome, complete (accounts whose time is not over are not among them). `before`: what was known of it
      before the arms parted, NaN where nothing was. `cluster`: the top of the corporate family. `strata`: what the arms
      are to have in common, by number, as it was at the draw.
    - `is_share`: the outcome is 0 or 1. `more_is_better`: its direction.
    """

    value: Floats
    before: Floats
    treated: NDArray[np.bool_]
    cluster: NDArray[np.int64]
    is_share: bool
    more_is_better: bool
    strata: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Readout:
    """`effect` in the outcome's unit. `now` holds at every look together; `once` only at a look that was fixed before.

    `detectable`: the smallest effect that these accounts would show four times out of five. `remaining`: what is left of
    the variance after the adjustment. `chance`: how likely arms at least as uneven were.
    """

    verdict: Verdict
    treated: int
    held: int
    accounts: int
    chance: float
    base: float | None = None
    mean: float | None = None
    effect: float | None = None
    now: Interval | None = None
    once: Interval | None = None
    detectable: float | None = None
    remaining: float = 1.0


def read(outcomes: Outcomes, *, share: float, planned: int, expected: float | None = None) -> Readout:
    """The read-out as of what has come in.

    - `share`: the chance with which a cluster was left alone. `planned`: clusters for which the interval is tightest,
      chosen beforehand. `expected`: the effect that was hoped for, in the outcome's unit.
    """
    value = outcomes.value if outcomes.is_share else adjustments.winsorised(outcomes.value)
    mean, treated, _ = comparisons.by_cluster(value, outcomes.treated, outcomes.cluster)
    before, _, _ = comparisons.by_cluster(filled(outcomes.before), outcomes.treated, outcomes.cluster)
    ours, theirs = int(treated.sum()), int((~treated).sum())
    chance = samples.mismatch(ours, theirs, share)
    if chance < samples.MISMATCH:
        return Readout("mismatch", ours, theirs, len(value), chance)
    adjusted = adjustments.cuped(mean, before, treated)
    within = adjustments.stratified(adjusted.outcome, treated, _strata(outcomes))
    found = comparisons.of_means(within.outcome, treated)
    if found is None or min(ours, theirs) < LEAST:
        return Readout("few", ours, theirs, len(value), chance)
    found = found._replace(error=found.error * _spent(len(mean), within.strata))
    now = sequential.interval(found, sequential.tuned(planned))
    seen = power.detectable_mean(_deviation(within.outcome, treated), ours, theirs)
    return Readout(
        _verdict(found, now, outcomes.more_is_better, seen, expected), ours, theirs, len(value), chance,
        base=float(mean[~treated].mean()), mean=float(mean[treated].mean()), effect=found.value, now=now,
        once=found.interval(), detectable=seen, remaining=adjusted.remaining * within.remaining,
    )  # fmt: skip


def _verdict(
    found: Difference, now: Interval, more_is_better: bool, seen: float | None, expected: float | None
) -> Verdict:
    if not now.holds(0.0):
        return "gain" if (found.value > 0) == more_is_better else "harm"
    could = seen is not None and expected is not None and seen <= abs(expected)
    return "none_seen" if could else "not_detectable"


def _strata(outcomes: Outcomes) -> NDArray[np.int64]:
    """Of each cluster: the stratum of its first account."""
    names, first = np.unique(outcomes.cluster, return_index=True)
    return np.zeros(len(names), np.int64) if outcomes.strata is None else outcomes.strata[first]


def _spent(clusters: int, strata: int) -> float:
    """What the levels of strata, learned from the same clusters, add to the error.

    >>> _spent(500, 1)
    1.0
    """
    return float(np.sqrt((clusters - 2) / max(clusters - 1 - strata, 1)))


def filled(before: Floats) -> Floats:
    """Gaps take the mean of what is known, so that a family with one gap keeps the rest."""
    known = ~np.isnan(before)
    return np.where(known, before, before[known].mean() if known.any() else 0.0)


def _deviation(outcome: Floats, treated: NDArray[np.bool_]) -> float:
    """Standard deviation within arms, pooled."""
    parts = [outcome[arm] for arm in (treated, ~treated)]
    squares = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    return float(np.sqrt(squares / (len(outcome) - 2)))
