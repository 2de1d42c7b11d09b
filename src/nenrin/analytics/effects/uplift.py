"""Does it work better for some? Accounts in the order of the effect foretold for each, held against what happened.

A forecast of effects is judged by the order in which it puts accounts: if the first of them gain more than the others do,
help can be aimed. Where the interval of that gain holds 0 there is no such order, and aiming only adds noise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.effects.comparisons import Interval
from nenrin.analytics.forecasts.hazards import logistics

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
RIDGE = 1.0
CONFIDENCE = 0.95
#: Fewest and most draws of a bootstrap, and rows drawn in all of them together.
DRAWS, MOST = (100, 400), 4_000_000


class Curve(NamedTuple):
    """What treating the `first` so many would bring over treating as many by chance; from (0, 0) to everybody."""

    first: Floats
    gain: Floats

    @property
    def area(self) -> float:
        return float(np.trapezoid(self.gain, self.first))


class _Ordered(NamedTuple):
    """Rows in the order of a score, the highest first; `last`: the last place of each score."""

    outcome: Floats
    treated: Bools
    order: NDArray[np.int64]
    last: NDArray[np.int64]

    def curve(self, weights: Floats) -> Curve:
        weight = weights[self.order]
        ours, theirs = weight * self.treated, weight * ~self.treated
        treated_by, held_by = np.cumsum(ours)[self.last], np.cumsum(theirs)[self.last]
        scale = np.divide(treated_by, held_by, out=np.zeros(len(self.last)), where=held_by > 0)
        gain = np.cumsum(ours * self.outcome)[self.last] - np.cumsum(theirs * self.outcome)[self.last] * scale
        return Curve(np.r_[0.0, np.cumsum(weight)[self.last]], np.r_[0.0, gain])


def _ordered(outcome: Floats, score: Floats, treated: Bools) -> _Ordered:
    order = np.argsort(-score, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(score[order])), len(order) - 1]
    return _Ordered(outcome[order], treated[order], order, last)


def curve(outcome: Floats, score: Floats, treated: Bools) -> Curve:
    """The Qini curve (Radcliffe 2007): outcomes of the treated among the first so many by `score`, less those of the others
    scaled to as many. Accounts of one score count at once. Columns of shape (n,).
    """
    return _ordered(outcome, score, treated).curve(np.ones(len(score)))


def qini(outcome: Floats, score: Floats, treated: Bools) -> float:
    """The area between the curve and that of chance, as a part of what a seer's order would have: 0 is chance, 1 the seer.

    The seer puts treated accounts with the outcome first and those left alone with it last, as scikit-uplift 0.5 does
    (`qini_auc_score` with negative effects). 0 where nothing can be told apart.

    >>> value, treated = np.array([1.0, 0.0, 0.0, 1.0]), np.array([True, False, True, False])
    >>> qini(value, np.array([4.0, 3.0, 2.0, 1.0]), treated)
    1.0
    """
    return _part(_ordered(outcome, score, treated), _seer(outcome, treated), np.ones(len(score)))


def _seer(outcome: Floats, treated: Bools) -> _Ordered:
    return _ordered(outcome, np.where(treated, outcome, -outcome), treated)


def _part(found: _Ordered, seer: _Ordered, weights: Floats) -> float:
    best = seer.curve(weights)
    chance = 0.5 * float(best.first[-1] * best.gain[-1])
    most = best.area - chance
    return (found.curve(weights).area - chance) / most if most > 0 else 0.0


def spread(
    outcome: Floats, score: Floats, treated: Bools, *, seed: int = 1, draws: int | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:  # fmt: skip
    """The interval of `qini` when rows are drawn anew (bootstrap, percentiles); rows are independent witnesses.

    `draws`: 400, fewer for very many rows.
    """
    rng, count = np.random.default_rng(seed), len(outcome)
    found, seer, share = _ordered(outcome, score, treated), _seer(outcome, treated), np.full(count, 1 / count)
    often = draws or int(np.clip(MOST // max(count, 1), *DRAWS))
    told = [_part(found, seer, rng.multinomial(count, share).astype(np.float64)) for _ in range(often)]
    low, high = np.quantile(told, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def foretold(columns: Floats, outcome: Floats, treated: Bools, asked: Floats, *, is_share: bool) -> Floats:
    """The effect foretold for each row of `asked` (m, p): the outcome if treated less that if left alone, each by a
    regression of its own arm (T-learner), logistic for outcomes of 0 and 1, else linear, with a small ridge.

    `columns` (n, p) are on any scale; a column that is constant says nothing.
    """
    centre, scale = columns.mean(0), columns.std(0)
    scale = np.where(scale > 0, scale, 1.0)
    known, new = _designed(columns, centre, scale), _designed(asked, centre, scale)
    ours, theirs = (_fitted(known[arm], outcome[arm], new, is_share) for arm in (treated, ~treated))
    found: Floats = ours - theirs
    return found


def crossed(columns: Floats, outcome: Floats, treated: Bools, *, is_share: bool, folds: int = 5) -> Floats:
    """The effect foretold for each row by the others: learned without the fold that the row is in, with a part of each arm
    in every fold."""
    found, fold = np.zeros(len(outcome)), np.zeros(len(outcome), np.int64)
    rng = np.random.default_rng(1)
    for arm in (treated, ~treated):
        fold[arm] = rng.permutation(int(arm.sum())) % folds
    for one in range(folds):
        own = fold == one
        found[own] = foretold(columns[~own], outcome[~own], treated[~own], columns[own], is_share=is_share)
    return found


def _designed(columns: Floats, centre: Floats, scale: Floats) -> Floats:
    return np.column_stack([np.ones(len(columns)), (columns - centre) / scale])


def _fitted(known: Floats, outcome: Floats, asked: Floats, is_share: bool) -> Floats:
    if is_share:
        return logistics.fit(known, outcome > 0.5, RIDGE).probability(asked)
    weight = np.diag(np.r_[0.0, np.full(known.shape[1] - 1, RIDGE)])
    found: Floats = asked @ np.linalg.solve(known.T @ known + weight + 1e-9 * np.eye(len(weight)), known.T @ outcome)
    return found
