"""Retention of groups side by side: curves, who stands behind them, and whether chance alone could part them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from nenrin.analytics.forecasts import survival
from nenrin.analytics.forecasts.survival import comparisons
from nenrin.analytics.forecasts.survival.comparisons import Comparison
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.retention import stays
from nenrin.insight.retention.stays import By, Grouped, Stay

#: A smaller group has no curve; with fewer losses in all groups they are not compared.
LEAST_CUSTOMERS, LEAST_LOSSES = 10, 5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Group:
    """`curve` is None with too few customers."""

    key: str
    stays: tuple[Stay, ...]
    curve: survival.Curve | None

    @property
    def losses(self) -> int:
        return sum(one.is_lost for one in self.stays)

    @property
    def months(self) -> int:
        """As long as anybody was seen."""
        return max((one.months for one in self.stays), default=0)

    def at_risk(self, month: int) -> int:
        """Those seen for at least so many months."""
        return sum(one.months >= month for one in self.stays)

    def share(self, month: int) -> tuple[float, float, float] | None:
        """Left after a month, with interval; None where nobody was seen for so long. Where nobody has left by then,
        at most three of those who stood may: the rule of three."""
        standing = self.at_risk(month)
        if self.curve is None or not standing:
            return None
        at = max(n for n, time in enumerate(self.curve.times) if time <= month)
        share = self.curve.share[at]
        low = max(1 - 3 / standing, 0.0) if month and share == 1 else self.curve.low[at]
        return share, low, self.curve.high[at]


@dataclass(frozen=True, slots=True)
class Retention:
    """Groups by their size, the largest first; `comparison` is over those with a curve, None where it means nothing."""

    by: By
    groups: tuple[Group, ...]
    comparison: Comparison | None
    left_out: int
    since: int

    @property
    def customers(self) -> int:
        return sum(len(one.stays) for one in self.groups)

    @property
    def losses(self) -> int:
        return sum(one.losses for one in self.groups)


def read(book: Book, by: By, segment: int | None = None) -> Retention:
    """How long the book's customers stay, by group."""
    found = stays.grouped(book, by, segment)
    groups = _groups(found)
    shown = [one for one in groups if one.curve]
    return Retention(by, groups, _compared(shown), found.left_out, found.since)


def _groups(found: Grouped) -> tuple[Group, ...]:
    parts: dict[str, list[Stay]] = defaultdict(list)
    for one in found.stays:
        parts[one.group].append(one)
    made = (Group(key, tuple(rows), _curve(rows)) for key, rows in parts.items())
    return tuple(sorted(made, key=lambda one: (-len(one.stays), one.key)))


def _curve(rows: list[Stay]) -> survival.Curve | None:
    if len(rows) < LEAST_CUSTOMERS:
        return None
    return survival.kaplan_meier([one.months for one in rows], [one.is_lost for one in rows], LEVEL)


def _compared(groups: list[Group]) -> Comparison | None:
    rows = [one for group in groups for one in group.stays]
    if sum(one.is_lost for one in rows) < LEAST_LOSSES:
        return None
    return comparisons.log_rank(
        [one.months for one in rows], [one.is_lost for one in rows], [one.group for one in rows]
    )
