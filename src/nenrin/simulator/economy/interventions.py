"""What our side can do for a customer, what it truly does, and what it costs.

An action moves adoption, never churn itself, and its effect halves every four months. Both potential outcomes
of an account are simulated with the same random numbers, so their difference is the account's true effect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Floats, Ints
from nenrin.simulator.streams import stream

HALF_LIFE_MONTHS = 4
DECAY = 0.5 ** (1 / HALF_LIFE_MONTHS)

Policy = Literal["none", "all", "holdout", "rule", "discretion", "lottery"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What an action finds: columns of length n."""

    adoption: Floats
    age: Ints
    is_dormant_renewer: Bools
    use: Floats


@dataclass(frozen=True, slots=True)
class Action:
    """One play. `gain` is its true effect on adoption; `offered` tells whom it is meant for. `yen` a time."""

    key: str
    yen: int
    offered: Callable[[Moment], Bools]
    gain: Callable[[Moment], Floats]


def _outreach_gain(moment: Moment) -> Floats:
    """Those in between can be won; the lost stay lost; who renews asleep had better not be woken."""
    persuadable = (moment.adoption > -1.2) & (moment.adoption < 0)
    return np.where(moment.is_dormant_renewer, -0.12, np.where(persuadable, 0.30, 0.0))


def _same(value: float) -> Callable[[Moment], Floats]:
    return lambda moment: np.full(len(moment.adoption), value)


ACTIONS = {
    action.key: action
    for action in (
        Action("onboarding_concierge", 60_000, lambda m: m.age < 3, _same(0.35)),
        Action("low_usage_outreach", 5_000, lambda m: m.adoption < 0, _outreach_gain),
        Action("executive_review", 80_000, lambda m: m.age >= 6, lambda m: np.where(m.adoption < 0.5, 0.2, 0.05)),
        Action("webinar", 3_000, lambda m: m.age >= 1, _same(0.06)),
        Action("upsell_offer", 10_000, lambda m: m.use > 0.9, _same(0.0)),
        Action("price_concession", 40_000, lambda m: m.adoption < -0.5, _same(0.1)),
    )
}


def assigned(
    policy: Policy,
    moment: Moment,
    action: Action,
    seed: int,
    column: int,
    *,
    holdout: float = 0.2,
    capacity: int = 0,
) -> Bools:
    """Return who gets the action in this month.

    - `holdout`: everybody it is meant for but a random, fixed share of accounts.
    - `rule`: those whose observed health is low (confounded by what made it low).
    - `discretion`: a colleague's hunch, which sees part of what we do not (hidden confounder).
    - `lottery`: `capacity` accounts a month by lot.
    """
    offered, n = action.offered(moment), len(moment.adoption)
    if policy in ("none", "all"):
        return offered & (policy == "all")
    if policy == "holdout":
        return offered & (stream(seed, "holdout", action.key).random(n) >= holdout)
    if policy == "rule":
        observed = moment.adoption + 0.6 * stream(seed, "rule", action.key, column).standard_normal(n)
        return offered & (observed < -0.25)
    if policy == "discretion":
        return offered & (stream(seed, "hunch", action.key, column).random(n) < 0.35 - 0.2 * np.tanh(moment.adoption))
    order = np.where(offered, stream(seed, "lottery", action.key, column).random(n), 2.0)
    return offered & (np.argsort(np.argsort(order)) < capacity)
