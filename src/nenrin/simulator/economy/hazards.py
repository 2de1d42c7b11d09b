"""How adoption becomes leaving, growing and shrinking."""

import numpy as np
from scipy.special import expit

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Floats, Ints

BASE = np.array([-3.45, -4.35, -5.1])
ON_ADOPTION, ON_YOUTH = -1.15, 0.5
AT_RENEWAL = np.log(12) - 0.55
INVOLUNTARY = np.array([0.0015, 0.0, 0.0])
CONTRACTION = 0.006
CONTRACTION_FACTOR = 0.8


def churn(adoption: Floats, age: Ints, tier: Ints, is_long_term: Bools, is_due: Bools) -> Floats:
    """Probability that the customer decides to leave this month, in [0, 1]; zero where a term is still
    running.
    """
    logit = BASE[tier] + ON_ADOPTION * adoption + ON_YOUTH * np.exp(-np.maximum(age, 0) / 3)
    chance: Floats = np.where(is_due, expit(logit + AT_RENEWAL * is_long_term), 0.0)
    return chance


def expansion(adoption: Floats, use: Floats) -> Floats:
    """Probability of growing this month; a company that uses over nine tenths of its seats is likelier to."""
    chance: Floats = expit(-4.2 + 0.9 * adoption + 1.2 * (use > 0.9))
    return chance


def seat_use(adoption: Floats, luck: Floats) -> Floats:
    """Share of the paid seats in use, in [0, 1]."""
    share: Floats = expit(0.9 + 0.9 * adoption + 0.5 * luck)
    return share


def buys(adoption: Floats, trial: Ints, rng: np.random.Generator) -> Bools:
    """Tell who pays after the trial: everybody without one, else the likelier the more the product was taken
    up.
    """
    bought: Bools = (trial == 0) | (rng.random(len(trial)) < expit(0.9 + 1.5 * adoption))
    return bought
