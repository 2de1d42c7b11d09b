"""Read-outs against known truth: do the intervals hold what they promise, at one look and at fifty-two?

Simulated campaigns of accounts that come in over a year, a fifth of them left alone; outcomes are a share (renewed or
not) with a covariate that foretells a part of it. NENRIN_PROVE_CAMPAIGNS changes how many (10,000; many looks: a fifth).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from nenrin.analytics.effects import readouts, returns
from nenrin.analytics.effects.readouts import Outcomes

ACCOUNTS, SHARE, LOOKS = 1_500, 0.2, 52
FIRST = 150  # accounts before the first look of a year
EFFECT = 0.04
CORRELATION, PERIODS, CHOSEN = 0.8, 3, 0.2


def run() -> list[dict[str, Any]]:
    campaigns = int(os.environ.get("NENRIN_PROVE_CAMPAIGNS", "10000"))
    return [*_once(campaigns), *_always(campaigns // 5), *_returned(campaigns // 50)]


def _campaign(rng: np.random.Generator, effect: float) -> Outcomes:
    """Renewals of 80 % or so, foretold in part; families of one."""
    foretold = rng.beta(8, 2, ACCOUNTS)
    treated = rng.random(ACCOUNTS) >= SHARE
    renewed = rng.random(ACCOUNTS) < np.clip(foretold + effect * treated * (foretold < 0.96), 0, 1)
    return Outcomes(renewed.astype(np.float64), foretold, treated, np.arange(ACCOUNTS), True, True)


def _true(effect: float) -> float:
    """The effect in fact, from very many accounts: help does nothing for those who stay anyhow."""
    foretold = np.random.default_rng(0).beta(8, 2, 4_000_000)
    return float((np.clip(foretold + effect * (foretold < 0.96), 0, 1) - foretold).mean())


def _once(campaigns: int) -> list[dict[str, Any]]:
    rng, truth, held = np.random.default_rng(1), _true(EFFECT), 0
    for _ in range(campaigns):
        found = readouts.read(_campaign(rng, EFFECT), share=SHARE, planned=ACCOUNTS)
        held += found.once is not None and found.once.holds(truth)
    share = held / campaigns
    name = f"interval at one look holds the truth, {campaigns:,} campaigns of {ACCOUNTS:,} accounts"
    return [_row(name, share, "share", "0.945 to 0.955", 0.945 <= share <= 0.955)]


def _always(campaigns: int) -> list[dict[str, Any]]:
    truth = _true(EFFECT)
    whole = sum(_holds_throughout(np.random.default_rng(10_000 + n), EFFECT, truth) for n in range(campaigns))
    wrong = sum(not _holds_throughout(np.random.default_rng(50_000 + n), 0.0, 0.0) for n in range(campaigns))
    where = f"{campaigns:,} campaigns, {LOOKS} looks"
    return [
        _row(f"interval holds the truth at every look, {where}", whole / campaigns, "share", ">= 0.95",
             whole >= 0.95 * campaigns),
        _row(f"an effect found at any look where there is none, {where}", wrong / campaigns, "share", "<= 0.05",
             wrong <= 0.05 * campaigns),
    ]  # fmt: skip


def _holds_throughout(rng: np.random.Generator, effect: float, truth: float) -> bool:
    whole = _campaign(rng, effect)
    for until in np.linspace(FIRST, ACCOUNTS, LOOKS).astype(int):
        part = Outcomes(
            whole.value[:until], whole.before[:until], whole.treated[:until], whole.cluster[:until], True, True
        )
        found = readouts.read(part, share=SHARE, planned=ACCOUNTS)
        if found.now is not None and not found.now.holds(truth):
            return False
    return True


def _returned(campaigns: int) -> list[dict[str, Any]]:
    """Accounts chosen because their health is low, helped without any effect: what before/after would have claimed."""
    rng, naive, drawn = np.random.default_rng(3), [], []
    for _ in range(campaigns):
        before = rng.normal(size=10_000)
        chosen = before < np.quantile(before, CHOSEN)
        after = CORRELATION**PERIODS * before + np.sqrt(1 - CORRELATION ** (2 * PERIODS)) * rng.normal(size=len(before))
        treated = rng.random(len(before)) >= SHARE
        outcomes = Outcomes(after[chosen], before[chosen], treated[chosen], np.flatnonzero(chosen), False, True)
        found = readouts.read(outcomes, share=SHARE, planned=int(chosen.sum()))
        assert found.effect is not None
        naive.append(float((after - before)[chosen & treated].mean()))
        drawn.append(found.effect)
    removed = 1 - abs(float(np.mean(drawn))) / float(np.mean(naive))
    told = returns.recovered(returns.mean_depth(CHOSEN), CORRELATION, PERIODS)
    name = f"of the return to the mean that before/after takes for an effect, removed, {campaigns:,} campaigns"
    return [
        _row(name, removed, "share", ">= 0.95", removed >= 0.95),
        _row("return to the mean: simulated against the closed form", float(np.mean(naive)), "sd", "", None)
        | {"peer": "closed form", "peer_figure": round(told, 4), "ratio": round(float(np.mean(naive)) / told, 4)},
    ]


def _row(name: str, figure: float, unit: str, aim: str, holds: bool | None) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 4), "unit": unit, "aim": aim, "holds": holds}
