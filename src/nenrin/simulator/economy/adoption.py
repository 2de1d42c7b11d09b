"""The hidden state that everything else follows from: how deeply a customer has adopted the product.

A(t) = .85 A(t-1) + .15 mu(t) + noise (sd .28) - 1.4 when the champion leaves - what an incident costs
everybody, mu = .6 fit + .5 min(age, 6)/6 - .2. Zero is an average customer, one is a delighted one.
"""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Floats, Ints
from nenrin.simulator.streams import stream

PERSISTENCE, NOISE = 0.85, 0.28
CHAMPION_LOSS, CHAMPION_LOSS_CHANCE, TRANSFER_SEASON = -1.4, 0.02, 3.0
TRANSFER_MONTHS = (4, 10)
INCIDENT_CHANCE, INCIDENT_COST = 0.06, -0.12
# By tier: a large company takes a product up slowly, not in moments. (Set so that the published churn rates
# come out.)
VALUE_CHANCE, VALUE_GAIN = np.array([0.085, 0.11, 0.01]), 0.5
# A new customer begins a little below the level that its fit would settle at.
START_SD = 0.28


@dataclass(frozen=True, slots=True)
class Shocks:
    """What will happen whatever anybody does: the same for every policy (common random numbers).

    Arrays are (accounts, months) except `incident`, which is one flag a month for all.
    """

    noise: Floats
    champion_leaves: Bools
    value_moment: Bools
    incident: Bools
    first: Floats


def shocks(tier: Ints, months: int, seed: int, *, first_month: int = 4) -> Shocks:
    """Draw them. In April and October, when people are moved (人事異動), champions leave three times as
    often.
    """
    accounts = len(tier)
    calendar = np.array([(first_month - 1 + column) % 12 + 1 for column in range(months)])
    chance = np.where(np.isin(calendar, TRANSFER_MONTHS), TRANSFER_SEASON, 1.0) * CHAMPION_LOSS_CHANCE
    return Shocks(
        noise=NOISE * stream(seed, "adoption").standard_normal((accounts, months)),
        champion_leaves=stream(seed, "champion").random((accounts, months)) < chance,
        value_moment=stream(seed, "value").random((accounts, months)) < VALUE_CHANCE[tier][:, None],
        incident=stream(seed, "incident").random(months) < INCIDENT_CHANCE,
        first=START_SD * stream(seed, "first").standard_normal(accounts),
    )


def target(fit: Floats, age: Ints) -> Floats:
    """The level that adoption is drawn to at `age` months."""
    return 0.6 * fit + 0.5 * np.clip(age, 0, 6) / 6 - 0.2


def opening(fit: Floats, age: Ints, first: Floats) -> Floats:
    """The level at the first month seen: where a customer of that age has settled."""
    return target(fit, age) + first


def step(previous: Floats, fit: Floats, age: Ints, drawn: Shocks, column: int) -> Floats:
    """One month on."""
    level: Floats = PERSISTENCE * previous + (1 - PERSISTENCE) * target(fit, age) + drawn.noise[:, column]
    level = level + CHAMPION_LOSS * drawn.champion_leaves[:, column] + VALUE_GAIN * drawn.value_moment[:, column]
    everybody: Floats = level + INCIDENT_COST * drawn.incident[column]
    return everybody
