"""What a team sees of those who leave, if it looks at the lowest scores and at no more than it has time for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.intervals import wilson

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lift:
    """`recall`: share of those leaving that were among the lowest, with its 95 % interval by accounts that left;
    `precision`: share of the lowest that left; `lift`: precision over the share of all that left."""

    recall: float
    low: float
    high: float
    precision: float
    lift: float
    looked_at: float
    left: int


def lift(rows: Watched, risk: Floats, *, share: float, places: int | None = None) -> Lift | None:
    """Day by day the riskiest `share` of the accounts (or `places` of them); None where nobody left.

    Accounts of equal risk at the edge share the places that are left.
    """
    left = int(rows.left.sum())
    if not left:
        return None
    weight = np.zeros(len(rows.left))
    for day in np.unique(rows.panel.day):
        own = np.flatnonzero(rows.panel.day == day)
        weight[own] = _looked_at(risk[own], places if places is not None else int(np.ceil(share * len(own))))
    caught, seen = float(weight[rows.left].sum()), float(weight.sum())
    recall = caught / left
    between = wilson(round(recall * rows.accounts_left), rows.accounts_left) or (0.0, 1.0)
    precision = caught / seen if seen else 0.0
    return Lift(recall, *between, precision, precision / float(rows.left.mean()), seen / len(rows.left), left)


def _looked_at(risk: Floats, places: int) -> Floats:
    if places >= len(risk):
        return np.ones(len(risk))
    edge = np.sort(risk)[::-1][places - 1] if places > 0 else np.inf
    above, at = risk > edge, risk == edge
    left = places - int(above.sum())
    return np.asarray(above + at * (left / max(int(at.sum()), 1)), dtype=np.float64)
