"""What they signed: term, renewal month, price, discount, ramp, currency, trial."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.simulator.economy.population import Floats, Ints, Population
from nenrin.simulator.streams import stream

ANNUAL_SHARE = np.array([0.25, 0.60, 0.92])
MULTI_YEAR_SHARE = 0.10
CO_TERM_SHARE = 0.35
# A first term that is joined to the others (co-terming) lasts at least this many months past its first.
SHORTEST = 3
PRICE_PER_SEAT = np.array([3_000, 2_600, 2_200])
VOLUME_TIERS = ((200, 0.80), (100, 0.88), (50, 0.95))
DISCOUNT_SHARE, RAMP_SHARE, DOLLAR_SHARE, TRIAL_SHARE = 0.20, 0.10, 0.04, 0.50
YEN_PER_DOLLAR = 150
TRIAL_DAYS = (14, 30)

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contracts:
    """Columns of length n. `term` is months (1 or 12, 24, 36); `anchor` the month column in which a term
    ends, modulo term.

    `price` is minor units of `is_dollar`'s currency per seat and month; `discount` a share off for the first
    year; `ramp` the share of seats paid in the first year; `trial` days before the first paid month.
    """

    term: Ints
    anchor: Ints
    auto_renews: Bools
    price: Ints
    discount: Floats
    ramp: Floats
    is_dollar: Bools
    trial: Ints

    def due(self, column: int, start: Ints) -> Bools:
        """Tell which accounts can leave at the end of month `column`: monthly ones always, others when the
        term ends.
        """
        first_full = column - start >= np.minimum(self.term - 1, SHORTEST)
        is_due: Bools = (self.term == 1) | (((column - self.anchor) % self.term == 0) & first_full)
        return is_due


def signed(population: Population, seed: int, *, first_month: int = 4, price_scale: float = 1.0) -> Contracts:
    """Return what each account signed, each column from its own stream."""
    n, tier = len(population), population.tier
    term = _terms(tier, stream(seed, "term"))
    is_dollar = stream(seed, "dollar").random(n) < DOLLAR_SHARE
    return Contracts(
        term=term,
        anchor=_anchors(population, term, stream(seed, "co-term"), first_month),
        auto_renews=stream(seed, "auto").random(n) < 0.86,
        price=_prices(population, is_dollar, price_scale),
        discount=_chosen(stream(seed, "discount"), n, DISCOUNT_SHARE, (0.1, 0.15, 0.2, 0.3), otherwise=0.0),
        ramp=np.where(tier == 2, _chosen(stream(seed, "ramp"), n, RAMP_SHARE, (0.4, 0.5, 0.6), otherwise=1.0), 1.0),
        is_dollar=is_dollar,
        trial=np.where(tier == 0, _chosen(stream(seed, "trial"), n, TRIAL_SHARE, TRIAL_DAYS, otherwise=0), 0).astype(
            np.int64
        ),
    )


def _terms(tier: Ints, rng: np.random.Generator) -> Ints:
    n = len(tier)
    annual = rng.random(n) < ANNUAL_SHARE[tier]
    longer = (rng.random(n) < MULTI_YEAR_SHARE) & (tier == 2) & annual
    return np.where(longer, rng.choice([24, 36], n), np.where(annual, 12, 1))


def _anchors(population: Population, term: Ints, rng: np.random.Generator, first_month: int) -> Ints:
    """A term ends a whole number of terms after the start, or at the end of March or September where terms
    are joined.
    """
    n = len(population)
    joined = (rng.random(n) < CO_TERM_SHARE) & (population.tier > 0)
    half_years = np.array([3, 9])[rng.integers(0, 2, n)]
    own = population.start + term - 1
    return np.where(joined & (term > 1), (half_years - first_month) % 12, own)


def _prices(population: Population, is_dollar: Bools, scale: float) -> Ints:
    factor = np.ones(len(population))
    for seats, volume in reversed(VOLUME_TIERS):
        factor = np.where(population.seats >= seats, volume, factor)
    yen = PRICE_PER_SEAT[population.tier] * factor * scale
    return np.round(np.where(is_dollar, yen / YEN_PER_DOLLAR * 100, yen)).astype(np.int64)


def _chosen(rng: np.random.Generator, n: int, share: float, values: tuple[float, ...], *, otherwise: float) -> Floats:
    picked = rng.choice(values, n)
    return np.where(rng.random(n) < share, picked, otherwise)
