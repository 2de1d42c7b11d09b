"""Inquiries: how many, how urgent, how fast answered, and whether the customer liked the answer."""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.economy.population import Floats, Ints

PRIORITIES = ("urgent", "high", "normal", "low")
PRIORITY_SHARES = (0.03, 0.15, 0.60, 0.22)
KINDS = ("question", "problem", "request", "complaint")
KIND_SHARES = (0.56, 0.24, 0.14, 0.06)
# Median hours to the solution, by priority; the spread of its logarithm.
RESOLVE_HOURS, RESOLVE_SD = np.array([9.0, 22.0, 40.0, 90.0]), 0.8


@dataclass(frozen=True, slots=True)
class Tickets:
    """Aligned columns of length k, sorted by day. `day` is a position; `hours` to the solution; `csat` 1 to
    5 or 0.
    """

    day: Ints
    priority: Ints
    kind: Ints
    hours: Floats
    csat: Ints

    def __len__(self) -> int:
        return len(self.day)


def asked(
    adoption: Floats, active_users: Floats, is_new: Floats, incident: Floats, rng: np.random.Generator
) -> Tickets:
    """Return the tickets of one account; all four inputs are day by day, shape (days,).

    A month's mean is .02 x active users x exp(-.2 adoption + .8 new + incident).
    """
    mean = 0.02 * active_users * np.exp(-0.2 * adoption + 0.8 * is_new + incident) / 30
    day = np.repeat(np.arange(len(mean)), rng.poisson(mean))
    priority = rng.choice(4, len(day), p=PRIORITY_SHARES)
    hours = RESOLVE_HOURS[priority] * np.exp(RESOLVE_SD * rng.standard_normal(len(day)))
    liked = 3.9 + 0.4 * adoption[day] - 0.35 * np.log(hours / RESOLVE_HOURS[priority]) + rng.normal(0, 0.8, len(day))
    csat = np.where(rng.random(len(day)) < 0.35, np.clip(np.round(liked), 1, 5), 0)
    return Tickets(day, priority, rng.choice(4, len(day), p=KIND_SHARES), hours, csat.astype(np.int64))
