"""NPS answers: who answers depends on how they feel, so silence is no random sample (missing not at
random).
"""

import numpy as np
from scipy.special import expit

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Floats, Ints


def responds(adoption: Floats, rng: np.random.Generator) -> Bools:
    """Tell who answers: probability sigmoid(-1.1 + .5 adoption)."""
    answered: Bools = rng.random(adoption.shape) < expit(-1.1 + 0.5 * adoption)
    return answered


def scores(adoption: Floats, rng: np.random.Generator) -> Ints:
    """Return the answers, 0 to 10: 7.4 + 1.1 adoption + noise (sd 1.6), rounded and clipped."""
    return np.clip(np.round(7.4 + 1.1 * adoption + rng.normal(0, 1.6, adoption.shape)), 0, 10).astype(np.int64)
