"""Invoices that other systems tell us of: issued, failed to be collected, paid, changed, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nenrin.foundation import journal
from nenrin.foundation.calendar import start_of
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.models import Invoice
from nenrin.values import Money, Text

STATUSES: dict[str, Text] = {
    "open": Text("open", "未払い"),
    "paid": Text("paid", "支払い済み"),
    "void": Text("void", "取消"),
    "uncollectible": Text("written off", "回収不能"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What was billed: words, and the amount in minor units where it is told."""

    text: str
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What another system says of one invoice. `known` is the day we could know it, where the file says so."""

    key: str
    account: int
    issued_on: date
    amount: Money
    number: str = ""
    due_on: date | None = None
    paid_on: date | None = None
    status: str = ""
    failed_payments: int = 0
    failed_on: date | None = None
    lines: tuple[Line, ...] = ()
    known: date | None = None

    def columns(self) -> dict[str, Any]:
        lines = [{"text": line.text, "minor": line.minor} for line in self.lines]
        return {"account_id": self.account, "number": self.number, "issued_on": self.issued_on, "due_on": self.due_on,
                "paid_on": self.paid_on, "minor": self.amount.minor, "currency": self.amount.currency,
                "status": self.status or ("paid" if self.paid_on else "open"),
                "failed_payments": self.failed_payments, "failed_on": self.failed_on, "lines": lines}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """The part of an invoice that time changes."""

    status: str = "open"
    paid_on: date | None = None
    failed_payments: int = 0
    failed_on: date | None = None

    @classmethod
    def of(cls, row: Invoice) -> _State:
        return cls(row.status, row.paid_on, row.failed_payments, row.failed_on)


def faults(told: Told) -> Mapping[str, Text]:
    """What an invoice says that cannot be, by field."""
    found = {}
    if told.due_on and told.due_on < told.issued_on:
        found["due_on"] = Text("a day not before the invoice was issued", "発行日以降の日付")
    if told.status == "paid" and not told.paid_on:
        found["paid_on"] = Text("the day of payment of an invoice that is paid", "支払い済みの請求書の支払日")
    if told.paid_on and told.status not in ("", "paid"):
        found["status"] = Text("“paid”, or no day of payment", "支払日がある場合は「支払い済み」")
    if told.failed_on and told.failed_on < told.issued_on:
        found["failed_on"] = Text("a day not before the invoice was issued", "発行日以降の日付")
    return found


def _drafts(written: Written[Invoice], pen: Pen) -> Iterable[journal.Draft]:
    """An invoice of the past was open until it was paid: an entry for each, true from its own day."""
    row, now = written.row, _State.of(written.row)
    if written.outcome == "created":
        yield from _history(row, now, pen)
        return
    action, day = _what_happened(written.before, row)
    fields = ", ".join(sorted(written.before))
    yield _draft(action, row, now, pen.live(), day, fields=fields)


def _history(row: Invoice, now: _State, pen: Pen) -> Iterable[journal.Draft]:
    yield _draft("issued", row, _State(), pen, row.issued_on)
    if now.failed_payments:
        failed = replace(_State(), failed_payments=now.failed_payments, failed_on=now.failed_on)
        yield _draft("failed", row, failed, pen, _failed_by(row))
    if now.status == "paid":
        yield _draft("paid", row, now, pen, row.paid_on)
    elif now.status != "open":
        yield _draft("changed", row, now, pen.live(), None, fields="status")


def _failed_by(row: Invoice) -> date:
    """The last failure; where its day is not told, when it fell due, but never after it was paid."""
    day = row.failed_on or row.due_on or row.issued_on
    return min(day, row.paid_on) if row.paid_on and not row.failed_on else day


def _what_happened(before: Mapping[str, Any], row: Invoice) -> tuple[str, date | None]:
    """What to call it, and since when it is true where that is told."""
    if row.status == "paid" and before.get("status", "paid") != "paid":
        return "paid", row.paid_on
    if row.failed_payments > before.get("failed_payments", row.failed_payments):
        return "failed", row.failed_on
    return "changed", None


def _draft(action: str, row: Invoice, state: _State, pen: Pen, day: date | None, **extra: str) -> journal.Draft:
    """True from `day` on; from now where none is told."""
    body = {
        "number": row.number or row.key,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "minor": row.minor,
        "currency": row.currency,
        "status": state.status,
        "paid_on": state.paid_on,
        "failed_payments": state.failed_payments,
        "failed_on": state.failed_on,
    }
    amount = f"{Money(row.minor, row.currency).major:,}"
    said = {"number": row.number or row.key, "amount": amount, "currency": row.currency,
            "failed_payments": state.failed_payments, **extra}  # fmt: skip
    valid_at = start_of(day, pen.zone) if day else pen.at
    return INVOICE.draft(action, row, pen, valid_at, body, valid_on=day, said=said)


#: Journal: ingest.invoice.issued for a new one, failed and paid as it goes, changed otherwise, retracted.
INVOICE = Noun(Invoice, "invoice", _drafts)
put, retract, restore = INVOICE.put, INVOICE.retract, INVOICE.restore
__all__ = ["INVOICE", "STATUSES", "Line", "Told", "faults", "put", "restore", "retract"]
