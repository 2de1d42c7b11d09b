"""Learned weights from an expert who had it backwards, in worlds whose truth is known.

Five measures shadow adoption with loadings .9 to .3; the expert gives the most weight to the one that says least. From
accounts of which 200 left, weights are learned and held against the best weights there are for everybody else (fitted
to those accounts themselves, without restraint). Aim: at least 99 % of their AUC at 90 days among accounts that could
leave. Beside it the areas of simpler rules, and how often colours change under the learned weights once the hysteresis
is what a backtest of other accounts suggests.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from scipy.special import ndtr

from nenrin.analytics.backtests import areas, calm
from nenrin.analytics.backtests.calm import Scored
from nenrin.analytics.scores import micro
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.weights import fits, suggestions
from nenrin.analytics.weights.fits import Rows
from nenrin.analytics.weights.suggestions import History
from nenrin.simulator.economy import lives, measures
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.presets import Preset
from nenrin.values import Text

WORLD = Preset("weights", accounts=6000, months=36)
SEEDS, LEFT, MONTHS = 10, 200, 3
#: The measure that says most has the least weight.
REVERSED = np.array([0.3, 0.45, 0.6, 0.7, 0.9])
TYPICAL = 50.0
#: Of the accounts whose days are lived through; days of a month; days of a measure's window; months an answer counts.
ACCOUNTS, DAYS, WINDOW, STANDS = 600, 30, 28, {"nps": 6, "pulse": 2}


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_WORLDS (10) worlds of 6,000 accounts x 36 months."""
    count = int(os.environ.get("NENRIN_PROVE_WORLDS", SEEDS))
    found = [_world(seed) for seed in range(count)]
    mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    worst = min(one["learned"] / one["best"] for one in found)
    ratio = float(np.mean([one["learned"] / one["best"] for one in found]))
    shown = {name: round(mean[name], 4) for name in ("expert", "average", "single", "latent")}
    said = ", ".join(f"{name} {value}" for name, value in shown.items())
    return [
        {
            "name": f"learned weights, {LEFT} accounts left, {count} worlds ({said})",
            "figure": round(mean["learned"], 4),
            "unit": "AUC",
            "peer": "best weights, in their own sample",
            "peer_figure": round(mean["best"], 4),
            "ratio": round(ratio, 4),
            "aim": 0.99,
            "holds": ratio >= 0.99,
        },
        {"name": "the same, worst world", "figure": round(100 * worst, 2), "unit": "% of the best", "aim": None},
        {
            "name": f"changes of colour, learned weights, hysteresis from a backtest (mean {mean['hysteresis']:.1f})",
            "figure": round(mean["calm"], 2),
            "unit": "an account and year",
            "peer": "hysteresis of 5 points",
            "peer_figure": round(mean["flips"], 2),
            "ratio": round(mean["flips"] / mean["calm"], 2),
            "aim": 1,
            "holds": mean["calm"] <= 1,
        },
    ]


def _world(seed: int) -> dict[str, float]:
    economy = lives.simulated(WORLD, seed)
    points = np.stack([100 * ndtr(table / np.nanstd(table)) for table in measures.observed(economy).values()], axis=2)
    history = _history(economy, np.nan_to_num(points, nan=TYPICAL))
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(history.account))
    gone = np.isin(order, np.unique(history.account[history.rows.left])).cumsum()
    seen = np.isin(history.account, order[: int(np.searchsorted(gone, LEFT)) + 1])
    sample, rest = history.chosen(seen), history.chosen(~seen)
    learned = fits.fit(sample.rows, REVERSED, pull=suggestions.chosen_pull(sample, REVERSED))
    best = fits.fit(rest.rows, REVERSED, pull=1e-6)
    level = economy.lives.adoption[rest.account, rest.day // 30]
    single = max(_area(rest, rest.rows.points[:, n]) for n in range(points.shape[2]))
    return {
        "learned": _area(rest, rest.rows.points @ learned.beta),
        "best": _area(rest, rest.rows.points @ best.beta),
        "expert": _area(rest, rest.rows.points @ REVERSED),
        "average": _area(rest, rest.rows.points.sum(axis=1)),
        "single": single,
        "latent": _area(rest, level),
        **dict(zip(("flips", "calm", "hysteresis"), _flips(economy, learned.beta / learned.beta.sum()), strict=True)),
    }


def _area(history: History, health: Any) -> float:
    return areas.area(-np.asarray(health, dtype=np.float64), history.rows.left, history.account).value


def _history(economy: Economy, points: Any) -> History:
    """A row for each account and month after which it could leave within three; `day` is the month times 30."""
    lived = economy.lives
    decided = lived.has_left & ~lived.is_involuntary
    account, month, left, due = [], [], [], []
    for m in range(WORLD.months - MONTHS):
        ahead = slice(m + 1, m + 1 + MONTHS)
        stays = lived.is_alive[:, m] & ~lived.has_left[:, m]
        could = stays & (lived.is_due[:, ahead] & lived.is_alive[:, ahead]).any(axis=1)
        rows = np.flatnonzero(could)
        account.append(rows)
        month.append(np.full(len(rows), m))
        left.append((decided[rows, ahead] & lived.is_alive[rows, ahead]).any(axis=1))
        due.append(economy.contracts.term[rows] > 1)
    who, when, gone, long = (np.concatenate(one) for one in (account, month, left, due))
    tier = economy.population.tier[who]
    levels = np.column_stack([np.ones(len(who)), *((tier == n) for n in (1, 2)), long]).astype(np.float64)
    rows_ = Rows(points[who, when], levels, gone, np.ones(len(who)))
    return History(rows_, who.astype(np.int64), when.astype(np.int64) * 30, 30 * MONTHS)


def _flips(economy: Economy, weights: Any) -> tuple[float, float, float]:
    """Over every day of some accounts under the default model: adoption moves from month to month, noise is that of a
    window of 28 days, answers and pulses stand as long as the default model lets them, what is missing is typical.

    The hysteresis is what a backtest of the first half of the accounts suggests; returned with the changes of colour of
    the second half under it, and under the default's.
    """
    model = HealthModel("default", Text("", ""), ())
    half = ACCOUNTS // 2
    scored = _scored(model, _daily(economy) @ weights, np.repeat(economy.lives.is_alive[:ACCOUNTS], DAYS, axis=1))
    first, rest = ([_part(one, kept) for one in scored] for kept in (slice(0, half), slice(half, None)))
    chosen = calm.least(calm.steadiness(first, model.bands)) or calm.TRIED[-1]
    asked = calm.steadiness(rest, model.bands, (model.bands.hysteresis, chosen))
    plain, harder = (asked[points].flips / asked[points].days * 365 for points in (model.bands.hysteresis, chosen))
    return plain, harder, chosen


def _scored(model: HealthModel, score: Any, alive: Any) -> list[Scored]:
    smooth, was, days = score[:, 0], np.zeros(len(score), bool), []
    everyone = np.arange(len(score))
    for day in range(score.shape[1]):
        smooth = np.where(was, smooth + model.alpha * (score[:, day] - smooth), score[:, day])
        days.append(Scored(day, everyone, micro.whole(smooth), alive[:, day]))
        was = alive[:, day]
    return days


def _part(one: Scored, kept: slice) -> Scored:
    return Scored(one.day, one.accounts[kept], one.score[kept], one.judged[kept])


def _daily(economy: Economy) -> Any:
    """(accounts, days, measures) in points."""
    level = economy.lives.adoption[:ACCOUNTS]
    months, days = np.arange(level.shape[1]), np.arange(level.shape[1] * DAYS) / DAYS
    path = np.stack([np.interp(days, months, one) for one in level])
    rng, tables = np.random.default_rng(economy.seed), []
    for each in measures.LOADINGS:
        noise = rng.standard_normal((len(path), path.shape[1] + WINDOW))
        sums = noise.cumsum(axis=1)
        seen = each.loading * path + each.noise * (sums[:, WINDOW:] - sums[:, :-WINDOW]) / np.sqrt(WINDOW)
        points = 100 * ndtr(seen / seen.std())
        there = rng.random(level.shape) >= each.missing
        tables.append(_standing(points, there, STANDS.get(each.key, 1)))
    return np.stack(tables, axis=2)


def _standing(points: Any, there: Any, stands: int) -> Any:
    """An answer of a month counts for `stands` months; a measure that is computed daily for its own."""
    found = np.full(points.shape, TYPICAL)
    age = np.full(len(points), stands)
    value = np.full(len(points), TYPICAL)
    for month in range(there.shape[1]):
        here = slice(month * DAYS, (month + 1) * DAYS)
        age = np.where(there[:, month], 0, age + 1)
        value = np.where(there[:, month], points[:, month * DAYS], value)
        told = points[:, here] if stands == 1 else np.broadcast_to(value[:, None], points[:, here].shape)
        found[:, here] = np.where((age < stands)[:, None], told, TYPICAL)
    return found
