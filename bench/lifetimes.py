"""Fitting a cohort of seven renewals: processor time, beside a library's general minimiser on the same likelihood."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from nenrin.analytics.forecasts import lifetimes
from nenrin.analytics.forecasts.survival import factors
from tests.analytics.published_cohorts import HIGH_END

try:
    from lifelines import CoxPHFitter
    from pandas import DataFrame
except ImportError:  # a peer that nobody needs but to compare
    CoxPHFitter = DataFrame = None
ROUNDS = 50
CUSTOMERS = 100_000


def run() -> list[dict[str, Any]]:
    cohort = lifetimes.from_survivors(HIGH_END[:8])
    ours, peer = _time(lambda: lifetimes.fit("sbg", cohort)), _time(lambda: _plain(cohort))
    whole = _time(lambda: lifetimes.choose(cohort))
    return [
        _row("proportional hazards, 100,000 customers x 10 traits, months", *_factors()),
        _row("shifted-beta-geometric fit", ours, 5.0, "scipy BFGS, numeric slope, no errors", peer),
        _row("three kinds fitted and chosen by BIC", whole, 25.0),
    ]


def _factors() -> tuple[float, float, str | None, float | None]:
    """Milliseconds; beside the survival library where it is installed."""
    rng = np.random.default_rng(1)
    traits = rng.normal(size=(CUSTOMERS, 10))
    months = np.ceil(20 * rng.exponential(np.exp(-traits @ np.full(10, 0.1))))
    lost = rng.random(CUSTOMERS) < 0.3
    names = [f"x{n}" for n in range(10)]
    ours = _time(lambda: factors.fit(months, lost, traits, names), rounds=3)
    if CoxPHFitter is None:
        return ours, 2000.0, None, None
    known = DataFrame(traits, columns=names).assign(months=months, lost=lost)
    return (
        ours,
        2000.0,
        "lifelines",
        _time(lambda: CoxPHFitter().fit(known, "months", "lost").concordance_index_, rounds=3),
    )


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


def _time(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    work()
    taken = []
    for _ in range(rounds):
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
