"""The way up to the maximum of the likelihood: Newton steps, damped where the surface is not bowl-shaped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes.likelihoods import Curvature, curvature, log_likelihood, natural

Array = NDArray[np.float64]
ROUNDS = 60
GAIN = 1e-9
#: Mean churn between 1e-6 and 1 - 1e-6, alpha + beta between .001 and 100,000, c between .05 and 20: at an edge the
#: data say "as far as you like" (no heterogeneity, for one), and the model there equals a simpler one.
LOW = np.array([-13.8, np.log(1e-3), np.log(0.05)])
HIGH = np.array([13.8, np.log(1e5), np.log(20.0)])


@np.errstate(all="ignore")  # a row that went too far is not finite: it rests, or its step is taken back
def climb(start: Array, lost: Array, kept: Array, *, rounds: int = ROUNDS) -> tuple[Array, Array]:
    """The maxima of R problems at once: parameters u (R, p) and log-likelihoods (R,).

    Each row goes its own way: a step that does not gain is taken back and shortened.
    """
    u = np.clip(start, *_edges(start.shape[1]))
    lost, kept = (np.broadcast_to(counts, (len(u), counts.shape[1])) for counts in (lost, kept))
    value, damping = np.full(len(u), -np.inf), np.full(len(u), 1e-3)
    open_ = np.arange(len(u))
    value[:] = log_likelihood(natural(u), lost, kept)
    for _ in range(rounds):
        here = curvature(u[open_], lost[open_], kept[open_])
        tried = np.clip(u[open_] + _step(here, damping[open_], u[open_]), *_edges(u.shape[1]))
        reached = log_likelihood(natural(tried), lost[open_], kept[open_])
        better = reached >= value[open_]
        gained = reached - value[open_]
        u[open_[better]], value[open_[better]] = tried[better], reached[better]
        damping[open_] = np.where(better, damping[open_] * 0.1, damping[open_] * 10)
        open_ = open_[~(better & (gained < GAIN)) & (damping[open_] < 1e8)]
        if not len(open_):
            break
    return u, value


def _edges(free: int) -> tuple[Array, Array]:
    return LOW[:free], HIGH[:free]


def _step(here: Curvature, damping: Array, u: Array) -> Array:
    """Newton's step with the curvature made positive; a parameter that presses on an edge rests, and so does a row
    that went where its curvature can no longer be told apart from nothing."""
    low, high = _edges(u.shape[1])
    finite = np.isfinite(here.slope).all(axis=1) & np.isfinite(here.bend).all(axis=(1, 2))
    sound = np.asarray(finite, dtype=bool)
    resting = ((u <= low) & (here.slope < 0)) | ((u >= high) & (here.slope > 0)) | ~sound[:, None]
    slope = np.where(resting, 0.0, here.slope)
    bend = -np.where(resting[:, :, None] | resting[:, None, :], 0.0, here.bend)
    values, vectors = np.linalg.eigh(bend)
    scale = np.maximum(np.abs(values), 1e-6) * (1 + damping[:, None]) + damping[:, None]
    turned = np.einsum("rji,rj->ri", vectors, slope) / scale
    step = np.einsum("rij,rj->ri", vectors, turned)
    result: Array = np.clip(step, -2.0, 2.0)
    return result
