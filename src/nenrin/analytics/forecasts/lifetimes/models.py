"""Three ways in which customers leave, each a survival function over occasions.

- **Geometric**: everybody leaves with the same probability each time.
- **Shifted beta-geometric** (sBG): each customer has an own, constant probability; these vary over customers as
  Beta(alpha, beta). Retention rises with tenure by sorting alone. Fader & Hardie 2007, J. Interactive Marketing 21(1).
- **Beta-discrete-Weibull** (BdW): as sBG, and each customer's own probability also falls (c < 1) or rises (c > 1) with
  tenure. Fader, Hardie, Liu, Davin & Steenburgh 2018, J. Interactive Marketing 43.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nenrin.analytics.forecasts.lifetimes.special import log_gamma

Array = NDArray[np.float64]
Kind = Literal["geometric", "sbg", "bdw"]


class Model(Protocol):
    """`survival(t)` is the share that stays beyond occasion t; survival(0) = 1."""

    @property
    def kind(self) -> Kind: ...

    @property
    def parameters(self) -> tuple[float, ...]: ...

    def survival(self, occasions: ArrayLike) -> Array: ...


@dataclass(frozen=True, slots=True)
class Geometric:
    """The same churn (0..1) at every occasion.

    >>> Geometric(0.25).survival([0, 1, 2]).tolist()
    [1.0, 0.75, 0.5625]
    """

    churn: float
    kind: Kind = field(default="geometric", init=False)

    @property
    def parameters(self) -> tuple[float, ...]:
        return (self.churn,)

    def survival(self, occasions: ArrayLike) -> Array:
        result: Array = (1 - self.churn) ** np.asarray(occasions, dtype=np.float64)
        return result


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """S(t) = B(alpha, beta + t) / B(alpha, beta).

    >>> ShiftedBetaGeometric(1.0, 1.0).survival([0, 1, 2]).round(6).tolist()
    [1.0, 0.5, 0.333333]
    """

    alpha: float
    beta: float
    kind: Kind = field(default="sbg", init=False)

    @property
    def parameters(self) -> tuple[float, ...]:
        return (self.alpha, self.beta)

    def survival(self, occasions: ArrayLike) -> Array:
        return _beta_survival(self.alpha, self.beta, np.asarray(occasions, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class BetaDiscreteWeibull:
    """S(t) = B(alpha, beta + t^c) / B(alpha, beta); c = 1 is the sBG."""

    alpha: float
    beta: float
    c: float
    kind: Kind = field(default="bdw", init=False)

    @property
    def parameters(self) -> tuple[float, ...]:
        return (self.alpha, self.beta, self.c)

    def survival(self, occasions: ArrayLike) -> Array:
        with np.errstate(over="ignore"):  # so far out that nobody stays
            passed = np.asarray(occasions, dtype=np.float64) ** self.c
        return _beta_survival(self.alpha, self.beta, passed)


#: From so many times `alpha + beta` occasions on the two gammas that grow differ by the power alone: their difference
#: would lose its digits, and at last be that of two infinities (NIST DLMF 5.11.12).
_FAR = 1e7


def _beta_survival(alpha: float, beta: float, passed: Array) -> Array:
    both = np.asarray(alpha + beta)
    is_far = passed > _FAR * max(alpha + beta, 1.0)
    near = np.where(is_far, 0.0, passed)
    with np.errstate(divide="ignore"):
        grown = np.where(is_far, -alpha * np.log(passed), log_gamma(beta + near) - log_gamma(both + near))
    result: Array = np.exp(grown + log_gamma(both) - log_gamma(np.asarray(beta)))
    return result


def of(kind: Kind, parameters: ArrayLike) -> Model:
    """A model from its kind and its numbers, as a fit or a draw gives them."""
    values = [float(v) for v in np.asarray(parameters, dtype=np.float64)]
    makes: dict[Kind, type[Geometric] | type[ShiftedBetaGeometric] | type[BetaDiscreteWeibull]] = {
        "geometric": Geometric,
        "sbg": ShiftedBetaGeometric,
        "bdw": BetaDiscreteWeibull,
    }
    return makes[kind](*values)


def retention(model: Model, occasions: ArrayLike) -> Array:
    """r_t: of those who stood before occasion t >= 1, the share that stays. It rises with t under the sBG although no
    customer changes: do not read it as growing loyalty.

    >>> retention(ShiftedBetaGeometric(1.0, 1.0), [1, 2]).round(4).tolist()
    [0.5, 0.6667]
    """
    at = np.asarray(occasions, dtype=np.float64)
    result: Array = model.survival(at) / model.survival(at - 1)
    return result


def first_churn(model: Model) -> float:
    """The average churn at the first occasion; for the sBG alpha / (alpha + beta)."""
    return float(1 - model.survival([1.0])[0])
