"""Expected amounts from probabilities, with the interval in which at least four of five outcomes fall.

Two doubts are in it: chance (each account stays or leaves) and the model (all probabilities may be off together). The
model's is also of its kind, by which some accounts would stand higher and some lower; it is taken as if all were off to
the same side, so the interval is wider than it would have to be.

How far the rival kind lies from the one in use is squared before it gets here (hazards.models.RiskModel.probability), so it
widens both sides alike. It has a sign, and the side of the rival is not taken, because
- the distance says how much hangs on the kind, not where the truth lies: later months did not prefer the rival by more than
  one standard error, and it stands for every other kind, on whichever side;
- added up with their signs, accounts would cancel each other out as they do for this one rival; for another kind they would
  not, and the sum would be told as surer than it is;
- both sides are what was held against known truth (docs/decisions/0015); one side alone never was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.80
DRAWS, SEED, Z80, Z90 = 2_000, 2010, 1.2816, 1.6449
#: From so many accounts on the sum is as good as normal.
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Expected:
    """In the unit of the amounts."""

    value: float
    low: float
    high: float


def expected(p: Floats, amount: Floats, doubt: Floats) -> Expected:
    """Of the sum of `amount` over accounts that it happens to, each with probability `p`; `doubt`: the standard
    deviation of each log-odds.

    >>> one = expected(np.array([0.5, 0.5]), np.array([100.0, 100.0]), np.zeros(2))
    >>> one.value, one.low, one.high
    (100.0, 0.0, 200.0)
    """
    value = float((p * amount).sum())
    if not len(p) or not amount.any():
        return Expected(value, value, value)
    low, high = _normal(p, amount, doubt, value) if len(p) > MANY else _drawn(p, amount, doubt)
    return Expected(value, low, high)


def _drawn(p: Floats, amount: Floats, doubt: Floats) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    off = rng.normal(size=(DRAWS, 1)) * doubt
    likely = _moved(p, off)
    sums = ((rng.random(likely.shape) < likely) * amount).sum(axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(sums, [tail, 1 - tail])
    return float(low), float(high)


def _normal(p: Floats, amount: Floats, doubt: Floats, value: float) -> tuple[float, float]:
    chance = float((p * (1 - p) * amount**2).sum())
    model = float((p * (1 - p) * doubt * amount).sum()) ** 2
    spread = Z80 * (chance + model) ** 0.5
    return max(value - spread, 0.0), value + spread


def _moved(p: Floats, off: Floats) -> Floats:
    sure = np.clip(p, 1e-9, 1 - 1e-9)
    result: Floats = 1 / (1 + np.exp(-(np.log(sure / (1 - sure)) + off)))
    return result


def doubt(low: Floats, high: Floats) -> Floats:
    """Standard deviation of the log-odds behind a 90 % interval.

    >>> doubt(np.array([0.5]), np.array([0.5])).tolist()
    [0.0]
    """
    ends = [np.clip(end, 1e-9, 1 - 1e-9) for end in (low, high)]
    left, right = (np.log(end / (1 - end)) for end in ends)
    result: Floats = (right - left) / (2 * Z90)
    return result
