"""Time until leaving as a Weibull law that traits stretch or shorten (accelerated failure time).

log T = intercept + traits x effects + noise: an effect of .3 means that leaving takes 35 % longer. Unlike the factors of
`factors` it gives whole curves, beyond the time that was seen as well; it is only as good as the Weibull law there.
Reference values: lifelines' WeibullAFTFitter on the recidivism data of Rossi, Berk & Lenihan (1980).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from nenrin.analytics.forecasts.survival.factors import NotTold

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Accelerated:
    """`effects` by trait in logarithms of time with their standard `errors`; `log_shape` above 0: who has stayed long
    leaves ever sooner."""

    intercept: float
    effects: Mapping[str, float]
    log_shape: float
    log_likelihood: float
    errors: Mapping[str, float]
    shape_error: float

    def median(self, traits: ArrayLike) -> Array:
        """(rows,) the time by which half of such customers have left; `traits` (rows, p)."""
        own = np.asarray(traits, dtype=np.float64) @ np.array(list(self.effects.values()))
        result: Array = np.exp(self.intercept + own) * np.log(2) ** np.exp(-self.log_shape)
        return result


def fit(durations: ArrayLike, is_lost: ArrayLike, traits: ArrayLike, names: Sequence[str]) -> Accelerated:
    """From one row a customer: (n,) how long seen (above 0), (n,) whether it left then, (n, p) traits. By maximum
    likelihood; raises factors.NotTold where nobody left."""
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(is_lost, dtype=np.float64)
    if not left.any():
        raise NotTold("nobody has left")
    known = np.asarray(traits, dtype=np.float64).reshape(len(seen), len(names))
    scale = np.where(known.std(0) > 0, known.std(0), 1.0)
    columns = np.concatenate([np.ones((len(seen), 1)), (known - known.mean(0)) / scale], axis=1)
    logs = np.log(seen)
    start = np.concatenate([[np.log(seen.sum() / left.sum())], np.zeros(len(names)), [0.0]])
    found = minimize(_loss, start, args=(columns, logs, left), jac=True, method="BFGS", options={"gtol": 1e-7})
    effects = found.x[1:-1] / scale
    errors = _errors(found.x, columns, logs, left)
    intercept = float(found.x[0] - effects @ known.mean(0))
    return Accelerated(
        intercept,
        dict(zip(names, map(float, effects), strict=True)),
        float(found.x[-1]),
        -float(found.fun),
        dict(zip(names, map(float, errors[1:-1] / scale), strict=True)),
        float(errors[-1]),
    )


def _loss(point: Array, columns: Array, logs: Array, left: Array) -> tuple[float, Array]:
    """Negative log-likelihood and its slope; `point`: coefficients, then the logarithm of the shape."""
    shape = np.exp(point[-1])
    off = shape * (logs - columns @ point[:-1])
    gone = np.exp(off)
    value = float((left * (point[-1] + off - logs) - gone).sum())
    pull = left - gone
    slope = np.append(-shape * (columns.T @ pull), (left + off * pull).sum())
    return -value, -slope


def _errors(point: Array, columns: Array, logs: Array, left: Array) -> Array:
    """Standard errors from the observed information. Raises factors.NotTold where it says nothing of some trait."""
    shape = np.exp(point[-1])
    off = shape * (logs - columns @ point[:-1])
    gone = np.exp(off)
    pull = left - gone
    both = shape * (columns.T @ (pull - gone * off))
    information = np.block([
        [shape**2 * (columns * gone[:, None]).T @ columns, both[:, None]],
        [both[None, :], np.array([[(gone * off**2 - off * pull).sum()]])],
    ])  # fmt: skip
    try:
        spread = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        spread = np.full(len(point), -1.0)
    if not (spread > 0).all():
        raise NotTold("the traits do not part those who left from the others")
    result: Array = np.sqrt(spread)
    return result
