"""Who logs in on which day, and what they do there."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Floats, Ints

# People differ in how much of their work is in the product.
USER_MEAN, USER_SD = -0.1, 0.9
EXTRA_EVENTS_SHAPE = 1.4


@dataclass(frozen=True, slots=True)
class Usage:
    """User-days of one account, aligned columns of length k, sorted by day.

    `user` and `day` are positions; `actions` counts the feature events of that day (0 and up); `second` is
    the time of the log-in within the day.
    """

    user: Ints
    day: Ints
    actions: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.user)


def lived(adoption: Floats, factors: Floats, present: Bools, rng: np.random.Generator, *, events: float = 1.6) -> Usage:
    """Return the user-days of one account.

    - `adoption` (days,): the hidden state day by day; `factors` (days,): the calendar.
    - `present` (users, days): who has a seat and still works there.
    - P(log-in) = sigmoid(a_user + adoption) x factor; feature events of a user-day are negative binomial with
      mean `events` x exp(.25 adoption).
    """
    own = rng.normal(USER_MEAN, USER_SD, len(present))
    chance = np.clip(expit(own[:, None] + adoption[None, :]) * factors[None, :], 0.0, 0.98)
    day, user = np.nonzero(((rng.random(present.shape) < chance) & present).T)
    mean = events * np.exp(0.25 * adoption[day])
    actions = rng.poisson(rng.gamma(EXTRA_EVENTS_SHAPE, mean / EXTRA_EVENTS_SHAPE))
    second = np.clip(rng.normal(10.5 * 3600, 2.4 * 3600, len(day)), 7.2 * 3600, 20 * 3600)
    return Usage(user, day, actions.astype(np.int64), second.astype(np.int64))


def breadths(users: int, entitled: int, adoption: float, rng: np.random.Generator) -> Floats:
    """Return (users, features) weights that sum to one a user: how each divides actions among the features he
    knows.

    The share of features known is beta distributed, wider the better the product is adopted.
    """
    share = rng.beta(2 + 2 * expit(adoption), 2.2, users)
    known = np.maximum(1, np.round(share * entitled)).astype(int)
    order = rng.random((users, entitled)) / (1 + np.arange(entitled)) ** 0.8
    rank = np.argsort(np.argsort(-order, axis=1), axis=1)
    weights = np.where(rank < known[:, None], 1.0 / (1 + rank), 0.0)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def chosen(weights: Floats, user: Ints, actions: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return (position of the user-day, feature) for every single action of `usage`."""
    place = np.repeat(np.arange(len(user)), actions)
    cumulative = np.cumsum(weights, axis=1)[user[place]]
    feature = (rng.random(len(place))[:, None] > cumulative).sum(axis=1)
    return place, np.minimum(feature, weights.shape[1] - 1)
