"""Risk against known truth: the world of 5,000 customers and 36 months, ten seeds.

What is learned from is what a product would observe of each month (five noisy, gappy measures, contracts, tenure), as
known then. Learning is the product's own: it looks for the level behind the measures, filtered from the months before
by numbers that the months before the origin taught, and reads it where later months show that it gains. Models of
months 24, 27 and 30 learn from what had ended, each climbing the ladder anew as the product does every month; each
tells 90 and 180 days of the next three months' customers (the last one of its own). Decisions and unpaid bills have a
model each and are told together as competing events. Beside them stand the oracle, which knows the hidden adoption, and
a particle filter, which knows the simulator's laws but sees only the same facts. Usage is not played through the lake:
the measures are the simulator's own shadows of adoption. How measures become features, and how freely levels and tiers
are fitted, was chosen on worlds of other seeds (101 to 106).

The slopes' intervals take worlds as clusters: all rows of a world were told by the same three models and lived through
the same incidents, so they err together, and an interval that only allows for an account's rows (it is printed beside)
says how sure the slope of these models is, not that of learning. A world is one draw; with ten of them the quantile is
Student's with nine degrees of freedom.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import _filter
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from nenrin.analytics.forecasts.hazards import competing, risk, states, verdicts
from nenrin.analytics.forecasts.hazards.tables import Table
from nenrin.simulator import presets
from nenrin.simulator.economy import lives, truth
from nenrin.simulator.economy.lives import Economy
from tests.analytics import risk_worlds

Floats = NDArray[np.float64]
Models = Mapping[str, risk.RiskModel]
SEEDS, ORIGINS, LAST = 10, (24, 27, 30), 31
HORIZONS = {90: 3, 180: 6}
#: An account's number is this many times its world's seed, and its own.
WORLD = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """Of every customer asked about, by horizon in days: what we said, what the two who know more said, the truth."""

    ours: Floats
    oracle: Floats
    filtered: Floats
    left: NDArray[np.bool_]
    tier: NDArray[np.str_]
    account: NDArray[np.int64]


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_SEEDS (10) worlds, as many at a time as there are processors; each says when it is done."""
    count = int(os.environ.get("NENRIN_PROVE_SEEDS", SEEDS))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        worlds = list(pool.map(_world, range(1, count + 1)))
    return [row for days in HORIZONS for row in _rows([world[days] for world in worlds], days, count)]


def _world(seed: int) -> dict[int, Told]:
    begun = perf_counter()
    found = told(seed)
    print(f"world {seed}: {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return found


def told(seed: int) -> dict[int, Told]:
    economy = lives.simulated(presets.M, seed)
    table = risk_worlds.table(economy, 0, economy.preset.months)
    months = tuple(month - 1 for month in range(ORIGINS[0], LAST))
    filtered = _filter.risks(economy, months, tuple(HORIZONS.values()))
    asked = list(_asked(table))
    found = {}
    for days, periods in HORIZONS.items():
        parts = [_told(economy, month, now, models, days, filtered[month - 1, periods]) for month, now, models in asked]
        found[days] = Told(*(np.concatenate([getattr(p, name) for p in parts]) for name in Told.__slots__))
    return found


def _asked(table: Table) -> Iterator[tuple[int, Table, Models]]:
    models: dict[str, risk.RiskModel] = {}
    for origin, following in zip(ORIGINS, (*ORIGINS[1:], LAST), strict=True):
        past = table.chosen(table.ends <= origin * risk_worlds.MONTH)
        level = risk.Level({one.name: one.better for one in table.features})
        for outcome in competing.ENDING:
            found = risk.learned(past, outcome=outcome, level=level)
            assert isinstance(found, risk.RiskModel)
            models[outcome] = found
        for month in range(origin, following):
            shown = _shown(table.chosen(table.begins <= month * risk_worlds.MONTH), models)
            yield month, shown.chosen(shown.begins == month * risk_worlds.MONTH), dict(models)


def _shown(table: Table, models: Models) -> Table:
    """With the level that a model reads; both learned from the same months."""
    state = next((one.state for one in models.values() if one.state), None)
    return table if state is None else states.told(table, state)


def _told(economy: Economy, month: int, now: Table, models: Models, days: int, filtered: Floats) -> Told:
    left = economy.lives.has_left[now.account, month : month + HORIZONS[days]].any(axis=1)
    oracle = truth.risk(economy, month - 1, HORIZONS[days])[now.account]
    return Told(
        competing.forecast(models, now, days)["loss"],
        oracle,
        filtered[now.account],
        left,
        now.tier,
        now.account + WORLD * economy.seed,
    )


def _rows(worlds: list[Told], days: int, count: int) -> list[dict[str, Any]]:
    where = f"{days} days, {count} worlds"
    oracle = [_auc(one.ours, one) / _auc(one.oracle, one) for one in worlds]
    best = [_auc(one.ours, one) / _auc(one.filtered, one) for one in worlds]
    brier = [verdicts.brier(one.ours, one.left) / verdicts.brier(one.oracle, one.left) for one in worlds]
    known = [verdicts.brier(one.filtered, one.left) / verdicts.brier(one.oracle, one.left) for one in worlds]
    together = Told(*(np.concatenate([getattr(one, name) for one in worlds]) for name in Told.__slots__))
    pooled = verdicts.calibration(together.ours, together.left, together.account)
    return [
        _row(f"AUC, {where}", np.mean([_auc(one.ours, one) for one in worlds]), "oracle", oracle, 0.985),
        _row(
            f"AUC, {where}",
            np.mean([_auc(one.ours, one) for one in worlds]),
            "best filter of the same facts",
            best,
            0.995,
        ),
        {
            "name": f"Brier, {where}, against the oracle (the best filter's: {np.mean(known):.4f})",
            "figure": round(float(np.mean(brier)), 4),
            "unit": f"ratio, standard error {_error(brier):.4f}",
            "aim": 1.015,
            "holds": bool(np.mean(brier) <= 1.015),
        },
        {
            "name": f"calibration slope, {where}",
            "figure": round(pooled.slope, 3),
            "unit": f"intercept {pooled.intercept:.3f}",
            "aim": ".95-1.05",
            "holds": bool(0.95 <= pooled.slope <= 1.05),
        },
        *(_tier(together, tier, where) for tier in np.unique(together.tier)),
    ]


def _tier(all_: Told, tier: str, where: str) -> dict[str, Any]:
    own = all_.tier == tier
    found = verdicts.calibration(all_.ours[own], all_.left[own], all_.account[own])
    low, high = _interval(all_.ours[own], all_.left[own], all_.account[own] // WORLD) or found.interval
    narrow = "{:.3f} to {:.3f}".format(*found.interval)
    return {
        "name": f"calibration slope of {tier}, {where}",
        "figure": round(found.slope, 3),
        "unit": f"95 %: {low:.3f} to {high:.3f} (accounts alone: {narrow})",
        "aim": "holds 1",
        "holds": bool(low <= 1 <= high),
    }


def _interval(said: Floats, left: NDArray[np.bool_], world: NDArray[np.int64]) -> tuple[float, float] | None:
    """95 % of the slope, rows of a world being one observation; None with fewer than three worlds."""
    worlds = len(np.unique(world))
    if worlds < 3:
        return None
    found = verdicts.calibration(said, left, world)
    far = float(stdtrit(worlds - 1, 0.975)) * found.error * float(np.sqrt(worlds / (worlds - 1)))
    return found.slope - far, found.slope + far


def _row(name: str, figure: float, peer: str, ratios: list[float], aim: float) -> dict[str, Any]:
    return {
        "name": f"{name} against the {peer}",
        "figure": round(float(figure), 4),
        "unit": f"AUC, standard error of the ratio {_error(ratios):.4f}",
        "peer": peer,
        "ratio": round(float(np.mean(ratios)), 4),
        "aim": aim,
        "holds": bool(np.mean(ratios) >= aim),
    }


def _error(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def _auc(probability: Floats, one: Told) -> float:
    found = verdicts.auc(probability, one.left)
    assert found is not None
    return found
