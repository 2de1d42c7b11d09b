"""What a share left alone could show before anybody is left alone: from how many leave today, and how many families there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nenrin.analytics.effects import power
from nenrin.analytics.lake import Lake
from nenrin.insight.revenue import leavers
from nenrin.playbooks.effects import outcomes
from nenrin.playbooks.effects.exposures import Exposed
from nenrin.playbooks.effects.outcomes import EPOCH


@dataclass(frozen=True, slots=True)
class Line:
    """`detectable`: the smallest fall of churn that four times out of five would be found; None where not even none
    leaving would show."""

    share: float
    held: int
    treated: int
    detectable: float | None


@dataclass(frozen=True, slots=True)
class Beforehand:
    """`base`: the share of accounts that left within so many days, the last ones that are over; None where none ran."""

    days: int
    base: float | None
    families: int
    lines: tuple[Line, ...]


def of(
    lake: Lake, tops: Mapping[int, int], everybody: Sequence[int], shares: Sequence[float], days: int, *, as_of: date
) -> Beforehand:
    """`tops`: of each present customer the top of its family. `everybody`: also those who have left: of all whose contract
    ran when the days began, the share that left in them is the base."""
    count, base = len(set(tops.values())), _base(lake, list(everybody), days, as_of)
    lines = [_line(share, count, base) for share in shares]
    return Beforehand(days, base, count, tuple(lines))


def _line(share: float, count: int, base: float | None) -> Line:
    held = round(share * count)
    seen = power.detectable_share(base, count - held, held) if base else None
    return Line(share, held, count - held, seen)


def _base(lake: Lake, accounts: list[int], days: int, as_of: date) -> float | None:
    if not accounts:
        return None
    ids = np.array(accounts, np.int64)
    begun = np.full(len(ids), (as_of - EPOCH).days - days, np.int64)
    everybody = Exposed(ids, ids, np.ones(len(ids), bool), np.zeros(len(ids)), begun, np.zeros(len(ids), np.int64), 0)
    left = outcomes.left(everybody, leavers.spells(lake, as_of), days)
    known = left[~np.isnan(left)]
    return float(known.mean()) if len(known) else None
