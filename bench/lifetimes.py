"""Fitting a cohort of seven renewals: processor time, beside a library's general minimiser on the same likelihood."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from nenrin.analytics.forecasts import lifetimes
from tests.analytics.published_cohorts import HIGH_END

ROUNDS = 50


def run() -> list[dict[str, Any]]:
    cohort = lifetimes.from_survivors(HIGH_END[:8])
    ours, peer = _time(lambda: lifetimes.fit("sbg", cohort)), _time(lambda: _plain(cohort))
    whole = _time(lambda: lifetimes.choose(cohort))
    return [
        _row("shifted-beta-geometric fit", ours, 5.0, "scipy BFGS, numeric slope, no errors", peer),
        _row("three kinds fitted and chosen by BIC", whole, 25.0),
    ]


def _row(name: str, figure: float, aim: float, peer: str | None = None, other: float | None = None) -> dict[str, Any]:
    ratio = None if other is None else round(other / figure, 2)
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": "ms",
        "aim": aim,
        "holds": figure <= aim,
        "peer": peer,
        "peer_figure": None if other is None else round(other, 2),
        "ratio": ratio,
    }


def _time(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return 1000 * float(np.median(taken))


def _plain(cohort: lifetimes.Cohort) -> object:
    lost, kept = (row[0] for row in cohort.arrays())
    steps = np.arange(1, len(lost) + 1)

    def cost(u: Any) -> float:
        alpha, beta = np.exp(u)
        base = betaln(alpha, beta)
        leave = betaln(alpha + 1, beta + steps - 1) - base
        return -float((lost * leave + kept * (betaln(alpha, beta + steps) - base)).sum())

    return minimize(cost, np.zeros(2))
