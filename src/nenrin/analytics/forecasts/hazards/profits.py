"""The expected maximum profit of a retention campaign (EMPC): how much the best threshold would earn.

Verbraken, Verbeke & Baesens 2013, IEEE Transactions on Knowledge and Data Engineering 25(5): a contacted churner
accepts with probability gamma ~ Beta(6, 14); the profit at each gamma is taken at its best point of the ROC hull.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """Value of a customer, cost of the offer and of the contact, and the two parameters of who accepts."""

    clv: float = 200.0
    offer: float = 10.0
    contact: float = 1.0
    alpha: float = 6.0
    beta: float = 14.0


@dataclass(frozen=True, slots=True)
class Profit:
    """By customer of the base, and the share of customers to contact."""

    value: float
    fraction: float


def empc(probability: Array, happened: NDArray[np.bool_], terms: Terms | None = None) -> Profit:
    """Of these scores against what happened; both outcomes must occur."""
    terms = terms or Terms()
    few = float(happened.mean())
    caught, disturbed = _hull(probability, happened)
    offer, contact = terms.offer / terms.clv, terms.contact / terms.clv
    edges = _edges(caught, disturbed, few, offer, contact)
    mass = np.diff(betainc(terms.alpha, terms.beta, edges))
    first = terms.alpha / (terms.alpha + terms.beta) * np.diff(betainc(terms.alpha + 1, terms.beta, edges))
    gain = (1 - offer) * few * caught * first
    cost = (contact * few * caught + (offer + contact) * (1 - few) * disturbed) * mass
    return Profit(float(terms.clv * (gain - cost).sum()), float(((few * caught + (1 - few) * disturbed) * mass).sum()))


def _edges(caught: Array, disturbed: Array, few: float, offer: float, contact: float) -> Array:
    """The acceptance from which each further point of the hull pays, within [0, 1]."""
    more, noise = np.diff(caught), np.diff(disturbed)
    with np.errstate(divide="ignore"):
        steep = np.where(more > 0, noise / np.where(more > 0, more, 1), np.inf)
    turns = ((offer + contact) * (1 - few) / few * steep + contact) / (1 - offer)
    result: Array = np.concatenate([[0.0], np.clip(turns, 0, 1), [1.0]])
    return result


def _hull(probability: Array, happened: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Shares of churners caught and of others disturbed at the corners of the upper hull of the ROC curve."""
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.nonzero(np.diff(probability[order]))[0], len(order) - 1)
    caught = np.concatenate([[0.0], happened[order].cumsum()[ends] / happened.sum()])
    disturbed = np.concatenate([[0.0], (~happened[order]).cumsum()[ends] / (~happened).sum()])
    corners: list[int] = []
    for n in range(len(caught)):
        while len(corners) > 1 and _bends_up(disturbed, caught, corners[-2], corners[-1], n):
            corners.pop()
        corners.append(n)
    return caught[corners], disturbed[corners]


def _bends_up(x: Array, y: Array, a: int, b: int, c: int) -> bool:
    return bool((x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]) >= 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows that pay to act on, best first, and what each is expected to earn, in the unit of the values."""

    rows: NDArray[np.int64]
    gains: Array


def worth_acting(
    probability: Array, value: Array, *, uplift: float, save: float, cost: float, capacity: int | None = None
) -> Chosen:
    """Act where probability x uplift x value x save > cost: `uplift` the share of risk that acting takes away, `save`
    the share of `value` (LTV) that a kept customer keeps. At most `capacity` rows.

    >>> worth_acting(np.array([0.1, 0.5]), np.array([100.0, 100.0]), uplift=0.2, save=1.0, cost=5.0).rows.tolist()
    [1]
    """
    gains = probability * uplift * value * save - cost
    order = np.argsort(-gains, kind="stable")
    rows = order[gains[order] > 0][:capacity]
    return Chosen(rows, gains[rows])
