"""The invoices on the tab Contracts: what was billed, what is overdue, what could not be collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from nenrin.customers.models import Account
from nenrin.ingest.invoices import STATUSES
from nenrin.ingest.models import Invoice
from nenrin.values import Money, Text

#: The newest ones; those unpaid stand there whatever their age.
SHOWN = 24


@dataclass(frozen=True, slots=True)
class Line:
    row: Invoice
    amount: Money
    state: Text
    days_overdue: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Invoices:
    """`unpaid` past their day, by currency. `more`: older ones that are settled and not shown."""

    lines: tuple[Line, ...]
    unpaid: tuple[Money, ...]
    more: int

    @property
    def failed_twice(self) -> bool:
        return any(line.row.failed_payments >= 2 and line.row.status == "open" for line in self.lines)


def shown(account: Account, today: date) -> Invoices:
    """Open ones first, the most overdue on top; then the newest."""
    rows: list[Any] = list(Invoice.objects.standing().of(account).order_by("-issued_on", "-pk"))
    lines = [_line(row, today) for row in rows]
    unpaid = sorted((one for one in lines if one.days_overdue), key=lambda one: -(one.days_overdue or 0))
    rest = [one for one in lines if not one.days_overdue]
    room = max(0, SHOWN - len(unpaid))
    return Invoices(tuple(unpaid + rest[:room]), _sums(unpaid), len(rest[room:]))


def _line(row: Invoice, today: date) -> Line:
    is_overdue = row.status == "open" and row.minor > 0 and row.due_on is not None and row.due_on < today
    days = (today - row.due_on).days if is_overdue and row.due_on else None
    words = "、".join(str(line.get("text", "")) for line in row.lines if isinstance(line, dict))
    return Line(
        row, Money(row.minor, row.currency), STATUSES.get(row.status, Text(row.status, row.status)), days, words
    )


def _sums(lines: list[Line]) -> tuple[Money, ...]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    return tuple(Money(minor, currency) for currency, minor in sums.items())
