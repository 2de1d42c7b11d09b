"""How probable a cohort is under alpha, beta and c, with slope and curvature; for many cohorts or parameters at once.

Free parameters u = (logit of mean churn, ln of alpha + beta, ln c): the first two hardly depend on each other, where
alpha and beta run along a ridge. The sBG has the first two and c = 1.

Derivatives are those of ln S = ln G(b+x) + ln G(a+b) - ln G(b) - ln G(a+b+x), x = t^c, carried through
P(T = t) = S(t-1) - S(t).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes.special import digamma, log_gamma, trigamma

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curvature:
    """Log-likelihood (R,), its slope (R, p) and its second derivatives (R, p, p) in u."""

    value: Array
    slope: Array
    bend: Array


def natural(u: Array) -> Array:
    """(R, p) free parameters to alpha, beta (and c)."""
    mean, size = 1 / (1 + np.exp(-u[:, 0])), np.exp(u[:, 1])
    rest = [np.exp(u[:, 2])] if u.shape[1] > 2 else []
    return np.stack([mean * size, (1 - mean) * size, *rest], axis=1)


def free(parameters: Array) -> Array:
    """The other way round."""
    alpha, beta = parameters[:, 0], parameters[:, 1]
    rest = [np.log(parameters[:, 2])] if parameters.shape[1] > 2 else []
    return np.stack([np.log(alpha / beta), np.log(alpha + beta), *rest], axis=1)


def log_likelihood(parameters: Array, lost: Array, kept: Array) -> Array:
    """(R,) of (R, p) natural parameters and (R or 1, T) counts of occasions 1..T."""
    log_s = _log_survival(parameters, lost.shape[1])
    log_p = log_s[:, :-1] + np.log(-np.expm1(np.diff(log_s, axis=1)))
    result: Array = (lost * np.where(lost > 0, log_p, 0) + kept * log_s[:, 1:]).sum(1)
    return result


def _log_survival(parameters: Array, last: int) -> Array:
    """ln S at occasions 0..last: (R, last + 1)."""
    alpha, beta = parameters[:, :1], parameters[:, 1:2]
    passed = np.arange(last + 1, dtype=np.float64) ** (parameters[:, 2:3] if parameters.shape[1] > 2 else 1.0)
    # Without x (occasion 0) the same two terms stand for the normalisation.
    of_beta, of_both = log_gamma(np.stack([beta + passed, alpha + beta + passed]))
    result: Array = of_beta - of_beta[:, :1] - of_both + of_both[:, :1]
    return result


def curvature(u: Array, lost: Array, kept: Array) -> Curvature:
    """Value, slope and bend at u."""
    last = lost.shape[1]
    log_s = _log_survival(natural(u), last)
    slope_s, bend_s = _survival_derivatives(u, last)
    later, now = np.exp(np.diff(log_s, axis=1))[..., None], 1.0
    rest = np.maximum(now - later, 1e-300)
    slope_p = (slope_s[:, :-1] - later * slope_s[:, 1:]) / rest
    whole = bend_s + slope_s[..., :, None] * slope_s[..., None, :]
    bend_p = (whole[:, :-1] - later[..., None] * whole[:, 1:]) / rest[..., None]
    bend_p = bend_p - slope_p[..., :, None] * slope_p[..., None, :]
    log_p = log_s[:, :-1] + np.log(rest[..., 0])
    left, stay = lost[..., None], kept[..., None]
    return Curvature(
        (lost * log_p + kept * log_s[:, 1:]).sum(1),
        (left * slope_p + stay * slope_s[:, 1:]).sum(1),
        (left[..., None] * bend_p + stay[..., None] * bend_s[:, 1:]).sum(1),
    )


def _survival_derivatives(u: Array, last: int) -> tuple[Array, Array]:
    """Slope (R, last + 1, p) and bend (R, last + 1, p, p) of ln S in u."""
    parts = _Parts(u, last)
    slope = np.einsum("rti,rtip->rtp", parts.outer, parts.jacobian)
    bend = parts.jacobian.swapaxes(2, 3) @ parts.inner @ parts.jacobian
    bend += np.einsum("rti,rtipq->rtpq", parts.outer, parts.second)
    return slope, bend


class _Parts:
    """Derivatives of ln S in (alpha, beta, x) and of these in u; arrays (R, T + 1, 3, ...)."""

    def __init__(self, u: Array, last: int) -> None:
        self.rows, self.free = u.shape
        values = natural(u)
        self.alpha, self.beta = values[:, :1], values[:, 1:2]
        self.c = values[:, 2:3] if self.free > 2 else np.ones((self.rows, 1))
        steps = np.arange(last + 1, dtype=np.float64)
        self.log_t = np.log(np.maximum(steps, 1))
        self.passed = np.where(steps > 0, np.exp(self.c * self.log_t), 0.0)
        self._of_log_survival()
        self._of_parameters()

    def _of_log_survival(self) -> None:
        both = np.stack([self.beta + self.passed, self.alpha + self.beta + self.passed])
        bx, sx = digamma(both)
        b, s = bx[:, :1], sx[:, :1]
        self.outer = np.stack([s - sx, bx - b + s - sx, bx - sx], axis=2)
        bx, sx = trigamma(both)
        b, s = bx[:, :1], sx[:, :1]
        plain, mixed = s - sx, bx - sx
        flat = [plain, plain, -sx, plain, mixed + s - b, mixed, -sx, mixed, mixed]
        self.inner = np.stack(flat, axis=2).reshape(*bx.shape, 3, 3)

    def _of_parameters(self) -> None:
        """alpha = m k, beta = (1 - m) k with m the mean and k the size; x = t^c."""
        shape = (self.rows, self.passed.shape[1], 3, self.free)
        size = self.alpha + self.beta
        mean = self.alpha / size
        turn = self.alpha * (1 - mean)
        self.jacobian = np.zeros(shape)
        self.jacobian[:, :, 0, 0], self.jacobian[:, :, 1, 0] = turn, -turn
        self.jacobian[:, :, 0, 1], self.jacobian[:, :, 1, 1] = self.alpha, self.beta
        self.second = np.zeros((*shape, self.free))
        bow = turn * (1 - 2 * mean)
        self.second[:, :, 0, 0, 0], self.second[:, :, 1, 0, 0] = bow, -bow
        for p, q in ((0, 1), (1, 0)):
            self.second[:, :, 0, p, q], self.second[:, :, 1, p, q] = turn, -turn
        self.second[:, :, 0, 1, 1], self.second[:, :, 1, 1, 1] = self.alpha, self.beta
        if self.free > 2:
            stretch = self.c * self.log_t
            self.jacobian[:, :, 2, 2] = self.passed * stretch
            self.second[:, :, 2, 2, 2] = self.passed * stretch * (1 + stretch)
