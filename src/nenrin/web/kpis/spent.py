"""What stands above the line of CAC in each slice: told for it, and its share of what was told for none."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.foundation import format
from nenrin.insight.revenue import acquisitions, books, kpis
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.revenue.asking import Asked

DEFAULT = ("tier", "touch_model")


@dataclass(frozen=True, slots=True)
class Row:
    """One slice; money as it reads."""

    name: Text
    won: int
    own: str
    share: str
    all: str


@dataclass(frozen=True, slots=True)
class Table:
    """`nobody`: what could be given to no account, as it reads; empty where there is none."""

    name: Text
    rows: tuple[Row, ...]
    nobody: str


def tables(ask: Asked, key: str) -> list[Table]:
    """By the dimension asked for, or by tier and touch model; none where nothing was told or costs are not shown."""
    is_told = books.facts(ask.ledger, ask.period, ask.grain).acquisition_minor is not None
    if key not in kpis.COSTED or not ask.ledger.shows_costs or not is_told:
        return []
    lost = acquisitions.by_account(ask.ledger, ask.period).nobody
    nobody = _money(ask, lost) if lost else ""
    return [Table(DIMENSIONS[by], _rows(ask, by), nobody) for by in ([ask.by] if ask.by else DEFAULT)]


def _rows(ask: Asked, by: str) -> tuple[Row, ...]:
    found = kpis.slices(ask.ledger, by, ask.period)
    spent = acquisitions.of(ask.ledger, ask.period, [each.after for each in found])
    return tuple(
        Row(each.name, one.won, *(_money(ask, minor) for minor in (one.own, one.share, one.all)))
        for each, one in zip(found, spent, strict=True)
    )


def _money(ask: Asked, minor: int) -> str:
    return format.money(Money(minor, ask.ledger.policy.reporting_currency), exports.language())
