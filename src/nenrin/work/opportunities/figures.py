"""What came of opportunities: how many were won, how long it took, what they brought; by source and by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from nenrin.analytics.intervals import Interval, wilson
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Text
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import KINDS, LIVE, ORIGINS, OpportunityKind, OpportunityState, Origin

#: Fewer that ended tell no share and no typical time.
ENOUGH: Final = 10


@dataclass(frozen=True, slots=True)
class Came:
    """Of `n` that were won or not won. `won_minor`: in the reporting currency; `foreign`: won in one without a rate, not in it."""

    name: Text
    n: int
    won: int
    days: float | None  # median from opening to winning
    won_minor: int
    foreign: int

    @property
    def share(self) -> float | None:
        return self.won / self.n if self.n >= ENOUGH else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.won, self.n) if self.n >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class Figures:
    """`live` and `expected_minor`: those that run, in the reporting currency; `late`: past their due date."""

    live: int
    expected_minor: int
    late: int
    with_sales: int
    all: Came
    by_origin: tuple[Came, ...]
    by_kind: tuple[Came, ...]


def of(rows: QuerySet[Opportunity], today: Any, own: OwnMoney) -> Figures:
    """Two queries, however many rows."""
    rows = rows.order_by()
    live = Q(state__in=LIVE)
    sums = rows.aggregate(
        live=Count("pk", filter=live),
        expected=Sum(own.sql("expected_minor"), filter=live),
        late=Count("pk", filter=live & Q(due_on__lt=today)),
        sales=Count("pk", filter=Q(state=OpportunityState.HANDED)),
    )
    ended = list(
        rows.filter(state__in=(OpportunityState.WON, OpportunityState.LOST)).values_list(
            "origin", "kind", "state", "opened_at", "closed_at", "won_minor", "currency"
        )
    )
    return Figures(
        sums["live"], sums["expected"] or 0, sums["late"], sums["sales"],
        _came(Text("All", "すべて"), ended, own), _split(ended, 0, ORIGINS, tuple(Origin), own),
        _split(ended, 1, KINDS, tuple(OpportunityKind), own),
    )  # fmt: skip


def _split(
    ended: list[tuple[Any, ...]], column: int, words: Mapping[Any, Text], order: tuple[StrEnum, ...], own: OwnMoney
) -> tuple[Came, ...]:
    return tuple(_came(words[key], [row for row in ended if row[column] == key], own) for key in order)


def _came(name: Text, ended: list[tuple[Any, ...]], own: OwnMoney) -> Came:
    won = [row for row in ended if row[2] == OpportunityState.WON]
    days = [_days(row[3], row[4]) for row in won]
    known = [row for row in won if own.knows(row[6])]
    return Came(
        name, len(ended), len(won), median(days) if len(days) >= ENOUGH // 2 else None,
        own.sums((row[5] or 0, row[6]) for row in known), len(won) - len(known),
    )  # fmt: skip


def _days(opened: datetime, closed: datetime) -> float:
    return (closed - opened).total_seconds() / 86_400
