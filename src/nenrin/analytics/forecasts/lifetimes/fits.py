"""Maximum likelihood: one cohort, one kind of model, with standard errors and BIC; and the choice between kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes import models
from nenrin.analytics.forecasts.lifetimes.climbing import HIGH, LOW, climb
from nenrin.analytics.forecasts.lifetimes.cohorts import Cohort, NotEnough
from nenrin.analytics.forecasts.lifetimes.likelihoods import curvature, log_likelihood, natural

Array = NDArray[np.float64]
KINDS: tuple[models.Kind, ...] = ("geometric", "sbg", "bdw")
PARAMETERS: dict[models.Kind, int] = {"geometric": 1, "sbg": 2, "bdw": 3}
#: Where the climb begins: much and little difference between customers.
SIZES = (0.5, 3.0, 30.0)


@dataclass(frozen=True, slots=True)
class Fit:
    """`errors` are standard errors of the model's parameters (NaN where `at_edge`: the data ask for a simpler model);
    `bic` is smaller where the model is worth its parameters; `customers` is its n."""

    model: models.Model
    log_likelihood: float
    errors: tuple[float, ...]
    customers: int
    at_edge: bool

    @property
    def kind(self) -> models.Kind:
        return self.model.kind

    @property
    def bic(self) -> float:
        return len(self.model.parameters) * float(np.log(self.customers)) - 2 * self.log_likelihood


@dataclass(frozen=True, slots=True)
class Choice:
    """All fits that the data carry, the one with the least BIC first."""

    fits: tuple[Fit, ...]

    @property
    def best(self) -> Fit:
        return self.fits[0]


def choose(cohort: Cohort) -> Choice:
    """Every kind that the cohort has occasions for, by BIC. Raises NotEnough where nobody left or nobody could."""
    possible = [kind for kind in KINDS if cohort.occasions >= needed(kind)]
    return Choice(tuple(sorted((fit(kind, cohort) for kind in possible or KINDS[:1]), key=lambda one: one.bic)))


def needed(kind: models.Kind) -> int:
    """Occasions that must have been observed: one more than there are parameters, and one for the geometric."""
    return 1 if kind == "geometric" else PARAMETERS[kind] + 1


def fit(kind: models.Kind, cohort: Cohort) -> Fit:
    """The most likely model of a kind.

    Raises NotEnough where nobody could leave yet, nobody did, or there were too few occasions for this kind.
    """
    if cohort.occasions < needed(kind):
        raise NotEnough(f"{kind} takes {needed(kind)} occasions to leave; there were {cohort.occasions}")
    if not cohort.losses:
        raise NotEnough("nobody has left yet: only an upper bound of churn can be told")
    return _FITS[kind](cohort)


def _geometric(cohort: Cohort) -> Fit:
    chances = sum(cohort.at_risk[1:])
    churn = cohort.losses / chances
    at_edge = churn == 1.0
    log = cohort.losses * np.log(churn) + (0.0 if at_edge else (chances - cohort.losses) * np.log1p(-churn))
    error = float(np.sqrt(churn * (1 - churn) / chances))
    return Fit(models.Geometric(churn), float(log), (error,), cohort.customers, at_edge)


def _sbg(cohort: Cohort) -> Fit:
    lost, kept = cohort.arrays()
    u, value = best_of(_starts(cohort), lost, kept)
    return _made("sbg", cohort, u, value)


def _bdw(cohort: Cohort) -> Fit:
    lost, kept = cohort.arrays()
    first, _ = best_of(_starts(cohort), lost, kept)
    starts = np.array([[*first, np.log(c)] for c in (0.7, 1.0, 1.5)])
    u, value = best_of(starts, lost, kept)
    return _made("bdw", cohort, u, value)


def best_of(starts: Array, lost: Array, kept: Array) -> tuple[Array, float]:
    """The highest point reached from the best of the starts: (p,) and its log-likelihood."""
    begin = log_likelihood(natural(starts), lost, kept)
    u, values = climb(starts[[int(np.argmax(begin))]], lost, kept)
    return u[0], float(values[0])


def _starts(cohort: Cohort) -> Array:
    leaving = min(max(cohort.losses / max(sum(cohort.at_risk[1:]), 1), 1e-4), 0.99)
    mean = float(np.log(leaving / (1 - leaving)))
    return np.array([[mean, np.log(size)] for size in SIZES])


def _made(kind: models.Kind, cohort: Cohort, u: Array, value: float) -> Fit:
    size = len(u)
    at_edge = bool(np.any((u <= LOW[:size]) | (u >= HIGH[:size])))
    values = natural(u[None, :])[0]
    errors = (float("nan"),) * size if at_edge else _errors(u, *cohort.arrays())
    return Fit(models.of(kind, values), value, errors, cohort.customers, at_edge)


def _errors(u: Array, lost: Array, kept: Array) -> tuple[float, ...]:
    """From the observed information, carried to alpha, beta (and c)."""
    bend = curvature(u[None, :], lost, kept).bend[0]
    turn = _jacobian(u)
    spread = np.diag(turn @ np.linalg.inv(np.eye(len(u)) * 1e-9 - bend) @ turn.T)
    return tuple(float(v) for v in np.sqrt(np.maximum(spread, 0)))


def _jacobian(u: Array) -> Array:
    alpha, beta, *rest = natural(u[None, :])[0]
    turn = alpha * beta / (alpha + beta)
    result = np.zeros((len(u), len(u)))
    result[:2, :2] = [[turn, alpha], [-turn, beta]]
    if rest:
        result[2, 2] = rest[0]
    return result


_FITS: dict[models.Kind, Callable[[Cohort], Fit]] = {"geometric": _geometric, "sbg": _sbg, "bdw": _bdw}
