"""What a product would observe of adoption, for tests of models without a lake: five noisy shadows with
holes.
"""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import Floats
from nenrin.simulator.streams import stream


@dataclass(frozen=True, slots=True)
class Loading:
    """One measure: `loading` on adoption, standard deviation of its own noise, share of months without a
    value.
    """

    key: str
    loading: float
    noise: float
    missing: float


LOADINGS = (
    Loading("logins_per_seat_week", 0.9, 0.5, 0.02),
    Loading("feature_breadth", 0.7, 0.6, 0.05),
    Loading("usage_trend", 0.6, 0.7, 0.10),
    Loading("nps", 0.45, 0.8, 0.30),
    Loading("pulse", 0.3, 0.9, 0.65),
)


def observed(economy: Economy) -> dict[str, Floats]:
    """Return (accounts, months) for each measure, standardised; NaN where nobody observed it or there was no
    customer.
    """
    level, alive = economy.lives.adoption, economy.lives.is_alive
    tables = {}
    for each in LOADINGS:
        rng = stream(economy.seed, "measure", each.key)
        seen = each.loading * level + each.noise * rng.standard_normal(level.shape)
        tables[each.key] = np.where(alive & (rng.random(level.shape) >= each.missing), seen, np.nan)
    return tables
