"""Several ways for a year to end: who leaves for one reason can no longer leave for another.

Each outcome has its own hazard (cause-specific); the chance of an outcome within a horizon counts it only while the
account is still a customer (Aalen & Johansen 1978, Scandinavian Journal of Statistics 5). Contraction and expansion
do not end anything: theirs is the chance of at least one before leaving.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nenrin.analytics.forecasts.hazards.models import RiskModel, periods_of
from nenrin.analytics.forecasts.hazards.tables import Array, Table

#: Outcomes that end a customer's rows.
ENDING = ("churn", "involuntary")


def forecast(models: Mapping[str, RiskModel], table: Table, horizon_days: int) -> dict[str, Array]:
    """(rows,) probability of each model's outcome within the horizon, and of "loss" (any ending one).

    "churn" + "involuntary" = "loss" for each row. Raises UnknownColumn.
    """
    periods = periods_of(horizon_days)
    hazards = {name: model.hazards(table, periods) for name, model in models.items()}
    ending = {name: own for name, own in hazards.items() if name in ENDING}
    leaving = _any(list(ending.values()), len(table), periods)
    there = _before(leaving)
    total = np.maximum(sum(ending.values(), np.zeros((len(table), periods))), 1e-300)
    found = {name: (there * leaving * own / total).sum(axis=1) for name, own in ending.items()}
    found["loss"] = (there * leaving).sum(axis=1)
    for name in hazards.keys() - ending.keys():
        own = hazards[name]
        found[name] = (there * _before(own) * own * (1 - leaving)).sum(axis=1)
    return found


def _any(own: list[Array], rows: int, periods: int) -> Array:
    """Probability in each period of leaving for any reason."""
    stays = np.ones((rows, periods))
    for hazard in own:
        stays = stays * (1 - hazard)
    result: Array = 1 - stays
    return result


def _before(hazard: Array) -> Array:
    """Probability that it has not happened before each period."""
    kept = np.cumprod(1 - hazard, axis=1)
    return np.concatenate([np.ones((len(hazard), 1)), kept[:, :-1]], axis=1)
