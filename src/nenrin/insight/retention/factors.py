"""What goes with leaving sooner, each trait with all others equal: of what was known when the customer signed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.survival import accelerated, factors
from nenrin.analytics.forecasts.survival.factors import Effect, NotTold
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.retention import stays
from nenrin.insight.retention.stays import Stay

#: One trait for so many losses: with fewer, factors are accidents.
LOSSES_EACH = 10
#: Terms shorter than this are monthly ones here.
LONG_TERM = 6
LEAST_IN_GROUP = 5
LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
SHAPE, FIRST_MONTH = "shape", 0.5
#: Below this chance a factor is told to change with time.
CONSTANT = 0.05


@dataclass(frozen=True, slots=True)
class Trait:
    """One column: a term ("short"), doubled MRR ("mrr"), or a tier against the most frequent one ("tier")."""

    kind: str
    key: str
    against: str
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Longer:
    """By how much a trait stretches the time until leaving (Weibull's law), with its 95 % ends; below 1 it shortens it."""

    factor: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """A trait's factor on the rate of leaving, in order of weight; `longer` None where Weibull's law cannot be fitted."""

    trait: Trait
    effect: Effect
    longer: Longer | None = None


@dataclass(frozen=True, slots=True)
class Factors:
    """`told` is empty where there was not enough; then `needed` losses would be, or the traits do not vary
    (`needed` 0). `shape` of Weibull's law with its ends: above 1 the rate of leaving grows with time, below it falls."""

    told: tuple[Told, ...]
    customers: int
    losses: int
    concordance: float | None = None
    needed: int = 0
    left_out: tuple[Trait, ...] = ()
    shape: Longer | None = None


def read(book: Book, currency: str) -> Factors:
    """Of the customers who signed in the currency: term, tier and price at signature."""
    known = {account: signed for account, signed in book.signed.items() if signed.currency == currency}
    rows = [one for one in stays.stays(book) if one.account in known and known[one.account].mrr_minor > 0]
    losses = sum(one.is_lost for one in rows)
    traits = _traits(rows, book)
    room = losses // LOSSES_EACH
    if not traits or not room:
        return Factors((), len(rows), losses, needed=LOSSES_EACH if traits else 0)
    kept = traits[:room]
    try:
        return _fitted(rows, kept, tuple(traits[room:]), losses)
    except NotTold:
        return Factors((), len(rows), losses)


def _fitted(rows: list[Stay], kept: list[Trait], left_out: tuple[Trait, ...], losses: int) -> Factors:
    names = [f"{one.kind}:{one.key}" for one in kept]
    columns = np.stack([one.values for one in kept], axis=1)
    found = factors.fit([one.months for one in rows], [one.is_lost for one in rows], columns, names, LEVEL)
    longer = _longer(rows, columns, names)
    told = [Told(trait, effect, longer.get(effect.trait)) for trait, effect in zip(kept, found.effects, strict=True)]
    told.sort(key=lambda one: one.effect.p)
    return Factors(
        tuple(told), len(rows), losses, found.concordance, left_out=left_out, shape=longer.get(SHAPE)
    )  # fmt: skip


def _longer(rows: list[Stay], columns: NDArray[np.float64], names: list[str]) -> dict[str, Longer]:
    """Weibull's law over the same rows: each trait's stretch of time, and the shape. Who left within the first month is
    taken to have left in its middle."""
    seen = [max(float(one.months), FIRST_MONTH) for one in rows]
    try:
        found = accelerated.fit(seen, [one.is_lost for one in rows], columns, names)
    except NotTold:
        return {}
    told = {name: _reach(effect, found.errors[name]) for name, effect in found.effects.items()}
    return {**told, SHAPE: _reach(found.log_shape, found.shape_error)}


def _reach(log: float, error: float) -> Longer:
    return Longer(*(math.exp(log + side * Z * error) for side in (0, -1, 1)))


def _traits(rows: list[Stay], book: Book) -> list[Trait]:
    """Those that vary and have losses on both sides, the likeliest first."""
    signed = [book.signed[one.account] for one in rows]
    found = [
        _trait("short", "", "", [one.term_months < LONG_TERM for one in signed]),
        _trait("mrr", "", "", [math.log2(one.mrr_minor) for one in signed]),
        *_tiers([book.tiers.get(one.account, "") for one in rows]),
    ]
    lost = np.array([one.is_lost for one in rows], dtype=bool)
    return [one for one in found if _varies(one, lost)]


def _trait(kind: str, key: str, against: str, values: list[bool] | list[float]) -> Trait:
    return Trait(kind, key, against, np.array(values, dtype=np.float64))


def _tiers(tiers: list[str]) -> list[Trait]:
    counts = Counter(tiers).most_common()
    if len(counts) < 2:
        return []
    base = counts[0][0]
    return [_trait("tier", key, base, [tier == key for tier in tiers]) for key, _ in counts[1:]]


def _varies(trait: Trait, lost: NDArray[np.bool_]) -> bool:
    """A price that differs; or two groups of some size, each with a loss."""
    if trait.kind == "mrr":
        return bool(trait.values.std() > 0) if len(trait.values) else False
    inside = trait.values > 0
    both = ((inside, lost[inside]), (~inside, lost[~inside]))
    return all(int(group.sum()) >= LEAST_IN_GROUP and bool(gone.any()) for group, gone in both)
