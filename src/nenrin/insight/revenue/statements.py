"""Statements of movements: begin, what came and went, end; for all or a slice, and the accounts behind each line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.movements import CAUSES, CONTRACTION, EXPANSION, KINDS, Movements
from nenrin.analytics.revenue.paths import Whole
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Mask, Slice
from nenrin.values import Period

View = Literal["net", "gross"]
VIEWS: dict[View, Callable[[Book, Period], Movements]] = {"net": movements.net, "gross": movements.gross}


@dataclass(frozen=True, slots=True)
class Statement:
    """Signed minor units of the reporting currency: end = begin + amounts + fx + transfer + adjustment, exactly.

    `causes`: expansion and contraction by reason, signed. `unwilling`: the part of churn nobody decided.
    """

    period: Period
    begin: int
    end: int
    amounts: dict[str, int]
    counts: dict[str, int]
    causes: dict[str, dict[str, int]]
    fx: int
    transfer: int
    unwilling: int
    accounts_begin: int
    accounts_end: int
    adjustment: int = 0
    slice: Slice | None = field(default=None, repr=False)

    @property
    def holds(self) -> bool:
        """Is the identity kept?"""
        return self.end == self.begin + sum(self.amounts.values()) + self.fx + self.transfer + self.adjustment


@dataclass(frozen=True, slots=True)
class Change:
    """One account behind a line: what it paid before and after, and what part of that this line is."""

    account: int
    before: int
    after: int
    amount: int
    causes: dict[str, int]
    unwilling: bool


def statement(ledger: Ledger, period: Period, view: View = "net", of: Slice | None = None) -> Statement:
    """The movements of a period, of all accounts or of a slice."""
    return summed(_moved(ledger, period, view), of)


def _moved(ledger: Ledger, period: Period, view: View) -> Movements:
    if view == "net":
        return ledger.moved(period)
    return ledger.kept((view, period), lambda: VIEWS[view](ledger.book, period))


def summed(moved: Movements, of: Slice | None = None) -> Statement:
    was, now = _masks(moved, of)
    transfer = 0 if of is None else int(moved.before[now].sum() - moved.before[was].sum())
    own = now[moved.row]
    amounts = moved.amount[own].sum(axis=0).tolist()
    split = {"expansion": moved.gain[own].sum(axis=0), "contraction": moved.loss[own].sum(axis=0)}
    against = own & moved.against
    return Statement(
        moved.period, int(moved.before[was].sum()), int(moved.after[now].sum()),
        dict(zip(KINDS, amounts, strict=True)),
        dict(zip(KINDS, moved.count[own].sum(axis=0).tolist(), strict=True)),
        {kind: _named(values) for kind, values in split.items()},
        int(moved.fx[now].sum()), transfer, int(moved.amount[against, KINDS.index("churn")].sum()),
        int((moved.before[was] > 0).sum()), int((moved.after[now] > 0).sum()), slice=of,
    )  # fmt: skip


def _masks(moved: Movements, of: Slice | None) -> tuple[Mask, Mask]:
    everyone = np.ones(len(moved.after), dtype=bool)
    return (everyone, everyone) if of is None else (of.before, of.after)


def _named(values: Whole) -> dict[str, int]:
    return {cause: int(value) for cause, value in zip(CAUSES, values, strict=True) if value}


def behind(ledger: Ledger, period: Period, kind: str, view: View = "net", of: Slice | None = None) -> list[Change]:
    """The accounts behind one line ("begin", "end", "fx", "transfer" or a kind), the largest amount first."""
    moved = _moved(ledger, period, view)
    was, now = _masks(moved, of)
    amount, shown = _line(moved, kind, was, now)
    rows = np.flatnonzero(shown)
    order = rows[np.argsort(-np.abs(amount[rows]), kind="stable")]
    causes, against = _causes(moved, kind), dict(zip(moved.row.tolist(), moved.against.tolist(), strict=True))
    told = (values[order].tolist() for values in (ledger.book.accounts, moved.before, moved.after, amount))
    return [
        Change(account, before, after, part, causes.get(row, {}), against.get(row, False))
        for row, account, before, after, part in zip(order.tolist(), *told, strict=True)
    ]


def _line(moved: Movements, kind: str, was: Mask, now: Mask) -> tuple[Whole, Mask]:
    if kind in KINDS:
        which = KINDS.index(kind)
        return moved.amounts[:, which], now & (moved.counts[:, which] > 0)
    if kind == "transfer":
        amount = moved.before * (now.astype(np.int64) - was.astype(np.int64))
        return amount, amount != 0
    amount, within = {"begin": (moved.before, was), "end": (moved.after, now), "fx": (moved.fx, now)}[kind]
    return amount, within & (amount != 0)


def _causes(moved: Movements, kind: str) -> dict[int, dict[str, int]]:
    """Why each account (row) grew or shrank, where that is what the line is of."""
    split = {KINDS[EXPANSION]: moved.gain, KINDS[CONTRACTION]: moved.loss}
    if kind not in split:
        return {}
    return {row: _named(values) for row, values in zip(moved.row.tolist(), split[kind], strict=True)}
