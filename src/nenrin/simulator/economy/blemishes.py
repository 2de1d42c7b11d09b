"""How real records go wrong, on purpose: late, backdated, doubled, by a wrong clock. For tests of data
quality.
"""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Ints

BACKDATED_SHARE, DUPLICATE_SHARE, SKEW_SHARE = 0.02, 0.003, 0.01
CRM_LAG_DAYS = (3, 20)
BACKDATED_DAYS = (20, 90)
SKEW_HOURS = 9


@dataclass(frozen=True, slots=True)
class Blemishes:
    """Aligned columns of length k: days from the fact to its record, records written twice, seconds a clock
    was off.
    """

    lag_days: Ints
    is_duplicate: Bools
    skew_seconds: Ints


def drawn(records: int, rng: np.random.Generator, *, source: str = "crm") -> Blemishes:
    """Return what goes wrong with `records` records. Records of the product itself ("product") are not late
    by habit.
    """
    lag = (
        rng.integers(CRM_LAG_DAYS[0], CRM_LAG_DAYS[1] + 1, records) if source == "crm" else np.zeros(records, np.int64)
    )
    backdated = rng.random(records) < BACKDATED_SHARE
    lag = np.where(backdated, rng.integers(BACKDATED_DAYS[0], BACKDATED_DAYS[1] + 1, records), lag)
    skew = np.where(rng.random(records) < SKEW_SHARE, rng.choice([-1, 1], records) * SKEW_HOURS * 3600, 0)
    return Blemishes(lag, rng.random(records) < DUPLICATE_SHARE, skew)
