"""How far a figure may be from what it would be with more customers. 95 % unless another confidence is given."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 2000


class Interval(NamedTuple):
    low: float
    high: float


def normal(confidence: float) -> float:
    """How many standard deviations reach so far to both sides."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(hits: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Of a share (E. B. Wilson 1927); None where there was nobody.

    >>> low, high = wilson(30, 1000)
    >>> round(low, 4), round(high, 4)
    (0.0211, 0.0425)
    """
    if n <= 0:
        return None
    z, share = normal(confidence), hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def wilsons(hits: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The same for many shares at once; NaN where there was nobody.

    >>> low, high = wilsons(np.array([30.0, 0.0]), np.array([1000.0, 0.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0211, nan], [0.0425, nan])
    """
    z = normal(confidence)
    n = np.where(n > 0, n, np.nan)
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.maximum(middle - reach, 0), np.minimum(middle + reach, 1)


def nps(promoters: Floats, detractors: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Of a net promoter score in points, from the variance of a difference of shares; NaN where nobody answered.

    >>> low, high = nps(np.array([110.0, 10.0]), np.array([40.0, 4.0]), np.array([200.0, 20.0]))
    >>> ((low + high) / 2).round().tolist(), ((high - low) / 2).round(1).tolist()
    ([35.0, 30.0], [11.0, 34.2])
    """
    n = np.where(n > 0, n, np.nan)
    net, decided = (promoters - detractors) / n, (promoters + detractors) / n
    reach = normal(confidence) * np.sqrt((decided - net**2) / n)
    return 100 * np.maximum(net - reach, -1), 100 * np.minimum(net + reach, 1)


def poisson(count: int, confidence: float = 0.95) -> Interval:
    """Exact interval of the expected number of events after `count` were seen (F. Garwood 1936).

    >>> low, high = poisson(3)
    >>> round(low, 4), round(high, 4)
    (0.6187, 8.7673)
    """
    tail = (1 - confidence) / 2
    return Interval(0.0 if count == 0 else _mean(count - 1, 1 - tail), _mean(count, tail))


def poissons(counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The same for many counts at once.

    >>> low, high = poissons(np.array([3, 0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.6187, 0.0], [8.7673, 3.6889])
    """
    ends = [_poisson(count) for count in np.ravel(counts).tolist()]
    told = np.array(ends, dtype=np.float64).reshape(*np.shape(counts), 2)
    return told[..., 0], told[..., 1]


@cache
def _poisson(count: int) -> Interval:
    return poisson(count)


def rule_of_three(n: int) -> float:
    """The upper 95 % bound of a rate of which nothing was seen among n: 3/n.

    >>> rule_of_three(60)
    0.05
    """
    return min(1.0, 3 / n) if n > 0 else 1.0


def _mean(count: int, share: float) -> float:
    """The mean of a Poisson variable that is at most `count` with that probability."""
    spread = NormalDist().inv_cdf(1 - share) / (3 * math.sqrt(count + 1))
    mean = (count + 1) * (1 - 1 / (9 * (count + 1)) + spread) ** 3  # E. Wilson, M. Hilferty 1931
    if count > 2000:  # better than 1e-5 at this size
        return mean
    k = np.arange(count + 1)
    factorials = np.concatenate(([0.0], np.cumsum(np.log(k[1:]))))
    for _ in range(50):
        likely = np.exp(k * math.log(mean) - mean - factorials)  # of each number up to count
        step = (float(likely.sum()) - share) / float(likely[-1])
        mean = max(mean + step, mean / 2)
        if abs(step) < 1e-12 * mean:
            break
    return mean


def ratio(over: Floats, under: Floats, confidence: float = 0.95) -> Interval | None:
    """Of a ratio of sums over accounts, by its linearised variance; None with fewer than two accounts."""
    n, whole = len(under), float(under.sum())
    if n < 2 or whole == 0:
        return None
    value = float(over.sum()) / whole
    spread = math.sqrt(n / (n - 1) * float(((over - value * under) ** 2).sum())) / abs(whole)
    return Interval(value - normal(confidence) * spread, value + normal(confidence) * spread)


class Moments(NamedTuple):
    """Sums over accounts of a ratio's two sides and their products, one for each group."""

    n: Floats
    over: Floats
    under: Floats
    over2: Floats
    both: Floats
    under2: Floats
    over3: Floats
    over2_under: Floats
    over_under2: Floats
    under3: Floats


def moments(over: Floats, under: Floats) -> Moments:
    """Of one group: values by account."""
    rows = (((over != 0) | (under != 0)).astype(float), over, under, over**2, over * under, under**2, over**3,
            over**2 * under, over * under**2, under**3)  # fmt: skip
    return Moments(*(np.array([row.sum()]) for row in rows))


def accelerated(of: Moments, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The bootstrap interval of a ratio of sums over accounts without drawing: ABC (T. DiCiccio, B. Efron 1992).

    Second and third moments of what each account adds to the ratio give its spread and its acceleration; for a ratio the
    bias correction equals the acceleration. NaN with fewer than two accounts. It agrees with the bias-corrected,
    accelerated bootstrap to the third order, costs no draws, and answers for any number of groups at once.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        value = of.over / of.under
        spread2 = of.over2 - 2 * value * of.both + value**2 * of.under2
        known = spread2 > 1e-12 * (of.over2 + value**2 * of.under2)
        spread2 = np.where(known, spread2, 0)
        third = of.over3 - 3 * value * of.over2_under + 3 * value**2 * of.over_under2 - value**3 * of.under3
        across = of.both - value * of.under2
        bend = np.where(known, third / (6 * spread2**1.5), 0)
        tilt = np.where(known, across / (of.under * np.sqrt(spread2)), 0)
        sigma = np.sqrt(spread2) / np.abs(of.under)
        ends = [_stretched(value, sigma, bend, tilt, side * normal(confidence)) for side in (-1, 1)]
    enough = (of.n >= 2) & (of.under != 0)
    low, high = np.minimum(*ends), np.maximum(*ends)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def _stretched(value: Floats, sigma: Floats, bend: Floats, tilt: Floats, z: float) -> Floats:
    """One end: the ratio with the accounts' weights moved along their influence; a straight step where that breaks."""
    reach = bend + z
    step = reach / (1 - bend * reach) ** 2
    weight = 1 + step * tilt
    sound = (1 - bend * reach > 0.2) & (weight > 0.2)
    out: Floats = np.where(sound, (value + step * (sigma + value * tilt)) / weight, value + z * sigma)
    return out


def bootstrap(over: Floats, under: Floats, *, rng: np.random.Generator, confidence: float = 0.95) -> Interval | None:
    """Of a ratio of sums, drawing accounts with replacement, bias-corrected and accelerated (B. Efron 1987).

    What `accelerated` is tested against. None with fewer than two accounts.
    """
    n, whole = len(under), float(under.sum())
    if n < 2 or whole == 0:
        return None
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
