"""Read-outs against known truth: do the intervals hold what they promise, at one look and at fifty-two?

Simulated campaigns of accounts that come in over a year, a fifth of them left alone; outcomes are a share (renewed or
not) with a covariate that foretells a part of it, or revenue with a heavy tail, in families and strata. NENRIN_PROVE_CAMPAIGNS
changes how many (10,000; many looks: a fifth).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from nenrin.analytics.effects import adjustments, assignment, comparisons, readouts, returns
from nenrin.analytics.effects.readouts import Outcomes

ACCOUNTS, SHARE, LOOKS = 1_500, 0.2, 52
FIRST = 150  # accounts before the first look of a year
EFFECT = 0.04
CORRELATION, PERIODS, CHOSEN = 0.8, 3, 0.2
#: Families of accounts that pay; strata; how far accounts of one stratum lie apart, and those of one family (log scale).
FAMILIES, STRATA, APART, ALIKE = 1_000, 8, 0.9, 0.6
RAISE = 0.06
#: A small base, where it matters how arms are drawn; sequences of places that campaigns take in turn.
FEW, SALTS = 300, 40


def run() -> list[dict[str, Any]]:
    campaigns = int(os.environ.get("NENRIN_PROVE_CAMPAIGNS", "10000"))
    heavy, drawn = _heavy(campaigns), _strata(campaigns // 5)
    return [*_once(campaigns), *heavy, *_always(campaigns // 5), *_returned(campaigns // 50), *drawn]


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


def _places() -> np.ndarray:
    """Shape (SALTS, STRATA, families): the product's own places, of playbooks that campaigns take in turn."""
    return np.array(
        [[[assignment.place(f"p{salt}", f"s{one}", n) for n in range(FAMILIES)] for one in range(STRATA)]
         for salt in range(SALTS)]
    )  # fmt: skip


def _within(rng: np.random.Generator, strata: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Who is treated, drawn within strata as playbooks draw."""
    own, treated = places[rng.integers(SALTS)], np.ones(len(strata), bool)
    for one, row in enumerate(rng.permutation(STRATA)):
        inside = np.flatnonzero(strata == one)
        treated[inside] = own[row, : len(inside)] >= SHARE
    return treated


def _paying(rng: np.random.Generator, families: int, treated: np.ndarray | None, strata: np.ndarray) -> Outcomes:
    """Monthly revenue a year on, of accounts in families of one to five: few giants pay most of it; help adds a part."""
    sizes = np.where(rng.random(families) < 0.2, rng.integers(2, 6, families), 1)
    cluster = np.repeat(np.arange(families), sizes)
    level = 0.35 * strata[cluster] + ALIKE * rng.normal(size=families)[cluster] + APART * rng.normal(size=len(cluster))
    before = np.exp(3 + level)
    arm = (rng.random(families) >= SHARE if treated is None else treated)[cluster]
    value = before * np.exp(0.5 * rng.normal(size=len(cluster))) * (1 + RAISE * arm)
    return Outcomes(value, before, arm, cluster, False, True, strata[cluster])


def _raised() -> float:
    """What a read-out of very many families says: the mean of families, amounts beyond the 99.5 % quantile cut."""
    rng = np.random.default_rng(9)
    whole = _paying(rng, 1_500_000, None, rng.integers(0, STRATA, 1_500_000))
    cut = adjustments.winsorised(whole.value)
    mean, treated, _ = comparisons.by_cluster(cut, whole.treated, whole.cluster)
    before, _, _ = comparisons.by_cluster(whole.before, whole.treated, whole.cluster)
    told = adjustments.cuped(mean, before, treated).outcome
    return float(told[treated].mean() - told[~treated].mean())


def _heavy(campaigns: int) -> list[dict[str, Any]]:
    rng, truth, places = np.random.default_rng(4), _raised(), _places()
    held = 0
    for _ in range(campaigns):
        strata = rng.integers(0, STRATA, FAMILIES)
        found = readouts.read(
            _paying(rng, FAMILIES, _within(rng, strata, places), strata), share=SHARE, planned=FAMILIES
        )
        held += found.once is not None and found.once.holds(truth)
    share = held / campaigns
    name = f"the same of revenue with a heavy tail, in families and strata, {campaigns:,} campaigns of {FAMILIES:,} families"
    # drawn within strata the arms are more alike than the interval counts on: it is never too short
    return [_row(name, share, "share", ">= 0.945", share >= 0.945)]


def _strata(campaigns: int) -> list[dict[str, Any]]:
    """Arms drawn within strata, and by a hash alone: how far each stratum is from its share, and the error of the read-out,
    which compares within strata either way."""
    rng, places = np.random.default_rng(5), _places()
    found: dict[str, list[float]] = {"within": [], "alone": []}
    apart: dict[str, list[float]] = {"within": [], "alone": []}
    lots = rng.dirichlet(np.ones(STRATA))
    for _ in range(campaigns):
        strata = rng.choice(STRATA, FEW, p=lots)
        value, sizes = 0.3 * strata + rng.normal(size=FEW), np.bincount(strata, minlength=STRATA)
        for how, treated in (("within", _within(rng, strata, places)), ("alone", rng.random(FEW) >= SHARE)):
            outcomes = Outcomes(value, np.full(FEW, np.nan), treated, np.arange(FEW), False, True, strata)
            told = readouts.read(outcomes, share=SHARE, planned=FEW)
            apart[how].append(float(np.abs(np.bincount(strata, ~treated, STRATA) - SHARE * sizes).sum()))
            if told.effect is not None:
                found[how].append(told.effect)
    (within, alone), (near, far) = (
        (float(np.std(found[how])) for how in ("within", "alone")),
        (float(np.mean(apart[how])) for how in ("within", "alone")),
    )
    where = f"{campaigns:,} campaigns of {FEW} families in {STRATA} strata"
    by_hash = "drawn by the hash alone"
    return [
        _row(f"families left alone too many or too few in their strata, {where}", near, "families",
             "<= half of the hash alone", near <= far / 2)
        | {"peer": by_hash, "peer_figure": round(far, 4), "ratio": round(near / far, 4)},
        _row(f"error of an effect read from them, {where}", within, "sd", "", None)
        | {"peer": by_hash, "peer_figure": round(alone, 4), "ratio": round(within / alone, 4)},
    ]  # fmt: skip


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
