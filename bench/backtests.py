"""A backtest's arithmetic in processor time: the card of two years of weeks, an area's error, a fit of weights.

Peers do the same on the same rows: an error by drawing the accounts anew 200 times, and a library's general minimiser
with bounds on the same cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize

from nenrin.analytics.backtests import areas, cards, outcomes, risks
from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.forecasts.hazards import verdicts
from nenrin.analytics.weights import fits
from nenrin.analytics.weights.fits import Rows
from tests.analytics import backtests_cast

ACCOUNTS, ROWS, MEASURES, DRAWS = 2000, 20_000, 12, 200


def run() -> list[dict[str, Any]]:
    panel, spells, _ = backtests_cast.past(accounts=ACCOUNTS)
    ahead = outcomes.ahead(panel.account, panel.day, spells)
    rows = risks.watched(*cards.every(panel, ahead, cards.APART), cards.MAIN)
    risk, account = rows.risk("model"), rows.panel.account
    given, expert = _given()
    start = np.zeros(given.levels.shape[1] + MEASURES + 1)
    bounds = [(None, None)] * given.levels.shape[1] + [(0, None)] * (MEASURES + 1)
    return [
        _row(f"card of {len(panel):,} weekly rows", _time(lambda: cards.card(panel, ahead)), 3000.0),
        _row(
            f"area and its error by account, {len(rows.panel):,} rows",
            _time(lambda: areas.area(risk, rows.left, account)),
            50.0,
            f"{DRAWS} draws of accounts",
            _time(lambda: _drawn(rows, risk), 1),
        ),
        _row(
            f"weights of {MEASURES} measures from {ROWS:,} rows",
            _time(lambda: fits.fit(given, expert, pull=10.0)),
            100.0,
            "scipy L-BFGS-B, numeric slope",
            _time(lambda: minimize(_cost, start, (given, expert), method="L-BFGS-B", bounds=bounds), 1),
        ),
    ]


def _given() -> tuple[Rows, Any]:
    rng = np.random.default_rng(12)
    points = rng.uniform(0, 100, (ROWS, MEASURES))
    levels = np.column_stack([np.ones(ROWS), rng.random(ROWS) < 0.3]).astype(float)
    truth = np.linspace(0, 2, MEASURES)
    left = rng.random(ROWS) < 1 / (1 + np.exp(-(levels @ [1.0, 0.5] - points @ truth / 100)))
    return Rows(points, levels, left, np.ones(ROWS)), truth[::-1] + 0.1


def _cost(at: Any, given: Rows, expert: Any) -> float:
    count, share = given.levels.shape[1], expert / expert.sum()
    levels, beta, kappa = at[:count], at[count:-1], at[-1]
    odds = given.levels @ levels - given.points @ beta / 100
    likely = (np.logaddexp(0, odds) - given.left * odds).sum()
    return float(likely + 5.0 * ((beta - kappa * share) ** 2).sum())


def _drawn(rows: Watched, risk: Any) -> float:
    accounts, own = np.unique(rows.panel.account, return_inverse=True)
    members = np.split(np.argsort(own, kind="stable"), np.cumsum(np.bincount(own))[:-1])
    rng, found = np.random.default_rng(1), []
    for _ in range(DRAWS):
        taken = np.concatenate([members[n] for n in rng.integers(0, len(accounts), len(accounts))])
        found.append(verdicts.auc(risk[taken], rows.left[taken]) or 0.5)
    return float(np.std(found))


def _row(name: str, figure: float, aim: float, peer: str | None = None, other: float | None = None) -> dict[str, Any]:
    ratio = None if other is None else round(other / figure, 1)
    shown = None if other is None else round(other, 1)
    return {"name": name, "figure": round(figure, 1), "unit": "ms", "aim": aim, "holds": figure <= aim, "peer": peer,
            "peer_figure": shown, "ratio": ratio}  # fmt: skip


def _time(work: Callable[[], object], rounds: int = 3) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return 1000 * float(np.median(taken))
