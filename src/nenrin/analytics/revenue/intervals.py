"""How far a figure may be from what it would be with more customers. 95 % unless another confidence is given."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Accounts from which the linearised variance is used: bootstrap and it then agree to the shown digit.
MANY = 5000
DRAWS = 2000


class Interval(NamedTuple):
    low: float
    high: float


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(hits: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Of a share (E. B. Wilson 1927); None where there was nobody.

    >>> low, high = wilson(30, 1000)
    >>> round(low, 4), round(high, 4)
    (0.0211, 0.0425)
    """
    if n <= 0:
        return None
    z, share = _z(confidence), hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def poisson(count: int, confidence: float = 0.95) -> Interval:
    """Exact interval of the expected number of events after `count` were seen (F. Garwood 1936).

    >>> low, high = poisson(3)
    >>> round(low, 4), round(high, 4)
    (0.6187, 8.7673)
    """
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _solve(lambda mean: 1 - _at_most(count - 1, mean) - tail, count)
    return Interval(low, _solve(lambda mean: tail - _at_most(count, mean), count))


def rule_of_three(n: int) -> float:
    """The upper 95 % bound of a rate of which nothing was seen among n: 3/n.

    >>> rule_of_three(60)
    0.05
    """
    return min(1.0, 3 / n) if n > 0 else 1.0


def _at_most(count: int, mean: float) -> float:
    """P(X <= count) of a Poisson variable."""
    if mean <= 0:
        return 1.0
    if count > 2000:  # Wilson-Hilferty: better than 1e-5 at this size
        spread = 1 / (3 * math.sqrt(count + 1))
        return 1 - NormalDist().cdf(((mean / (count + 1)) ** (1 / 3) - 1 + spread * spread) / spread)
    k = np.arange(count + 1)
    logs = k * math.log(mean) - mean - np.concatenate(([0.0], np.cumsum(np.log(k[1:])))) if count else np.array([-mean])
    return float(np.exp(logs).sum())


def _solve(rises, count: int) -> float:  # type: ignore[no-untyped-def]
    """The zero of an increasing function of the mean."""
    low, high = 0.0, count + 20 * math.sqrt(count + 1) + 20
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) > 0 else (middle, high)
    return (low + high) / 2


def ratio(over: Floats, under: Floats, confidence: float = 0.95) -> Interval | None:
    """Of a ratio of sums over accounts, by its linearised variance; None with fewer than two accounts."""
    n, whole = len(under), float(under.sum())
    if n < 2 or whole == 0:
        return None
    value = float(over.sum()) / whole
    spread = math.sqrt(n / (n - 1) * float(((over - value * under) ** 2).sum())) / abs(whole)
    return Interval(value - _z(confidence) * spread, value + _z(confidence) * spread)


def bootstrap(over: Floats, under: Floats, *, rng: np.random.Generator, confidence: float = 0.95) -> Interval | None:
    """Of a ratio of sums, drawing accounts with replacement, bias-corrected and accelerated (B. Efron 1987).

    Many accounts take the linearised variance instead. None with fewer than two accounts.
    """
    n, whole = len(under), float(under.sum())
    if n < 2 or whole == 0:
        return None
    if n > MANY:
        return ratio(over, under, confidence)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=DRAWS)
    below = weights @ under
    drawn = np.sort((weights @ over)[below != 0] / below[below != 0])
    return _accelerated(drawn, over, under, confidence)


def _accelerated(drawn: Floats, over: Floats, under: Floats, confidence: float) -> Interval:
    normal, value = NormalDist(), float(over.sum() / under.sum())
    share = float((drawn < value).mean() + (drawn == value).mean() / 2)
    bias = normal.inv_cdf(min(max(share, 1 / len(drawn)), 1 - 1 / len(drawn)))
    rest = under.sum() - under
    left_out = np.where(rest != 0, (over.sum() - over) / np.where(rest != 0, rest, 1), value)
    off = left_out.mean() - left_out
    scale = 6 * float((off**2).sum()) ** 1.5
    bend = float((off**3).sum()) / scale if scale else 0.0

    def at(probability: float) -> float:
        z = bias + normal.inv_cdf(probability)
        return float(np.quantile(drawn, normal.cdf(bias + z / (1 - bend * z))))

    tail = (1 - confidence) / 2
    return Interval(at(tail), at(1 - tail))
