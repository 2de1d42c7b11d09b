"""A made-up past: accounts whose score says a good deal about whether they leave."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nenrin.analytics.backtests.panels import Panel, Steadiness
from nenrin.analytics.revenue.decisions import Spell
from nenrin.analytics.scores.bands import Bands, Edges

#: A Sunday; weeks are counted back from it.
LAST = 20_000
MEASURES = ("active_user_share", "days_since_touch")


@lru_cache(maxsize=8)
def past(
    *, accounts: int = 120, weeks: int = 104, seed: int = 7, strength: float = 1.6
) -> tuple[Panel, list[Spell], int]:
    """Weekly rows of monthly contracts; (panel, spells, the last day). Half of the measures say nothing."""
    rng = np.random.default_rng(seed)
    level = rng.normal(size=accounts)
    chance = 1 / (1 + np.exp(-(-3.9 - strength * level)))
    month = rng.geometric(chance)
    days = LAST - 7 * np.arange(weeks, -1, -1)
    first = int(days[0])
    decided = first + 30 * month - 10
    rows = [(a, int(day)) for a in range(accounts) for day in days if day < decided[a]]
    account, day = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    points = np.clip(50 + 20 * level[account][:, None] * [1.0, 0.0] + rng.normal(0, 12, (len(rows), 2)), 0, 100)
    score = points.mean(axis=1)
    rules = {"model": score, "rival": points[:, 1], "average": score, "last_login": points[:, 0]}
    spells = [Spell(a, first - 400, int(d) if d <= LAST else None, LAST) for a, d in enumerate(decided)]
    panel = Panel(
        account + 1, day, np.where(account % 3 == 0, "enterprise", "smb"), np.full(len(rows), 10.0),
        np.ones(len(rows), bool), np.zeros(len(rows), bool), _bands(score), rules, MEASURES, points,
        np.full((len(rows), 2), 0.5), {"model": Steadiness(30, 36_500), "rival": Steadiness(90, 36_500)},
    )  # fmt: skip
    return panel, [Spell(s.account + 1, s.starts, s.decided, s.until) for s in spells], LAST


def _bands(score: np.ndarray) -> np.ndarray:
    bands, rows = Bands(healthy=55, caution=45), len(score)
    points = (np.full(rows, round(edge * 1e6), np.int64) for edge in (bands.healthy, bands.caution, 0))
    return Edges(*points, np.zeros(rows, np.int64)).plain(np.rint(score * 1e6).astype(np.int64))
