"""The block that ties a month's forecast to the churn of its movements, for the page of the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.http import urlencode

from nenrin.customers.models import Account
from nenrin.insight.executive import reconciliations
from nenrin.insight.executive.reconciliations import Line
from nenrin.values import Money, Text

#: Accounts named on each line; the API tells all.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with its first accounts and how many more there are."""

    name: Text
    amount: Money
    accounts: tuple[tuple[Account, Money], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Block:
    lines: tuple[Shown, ...]
    booked: Money
    url: str


def block(begins: date, known: date, accounts: Sequence[int] | None) -> Block | None:
    """None for what is no calendar month, or one that is not over."""
    if begins.day != 1 or (begins + timedelta(days=31)).replace(day=1) > known + timedelta(days=1):
        return None
    found = reconciliations.reconciliation(begins, known, accounts)
    wanted = {account for line in found.lines for account, _ in line.accounts[:NAMED]}
    named = Account.objects.only("pk", "name").in_bulk(wanted)
    asked = urlencode({"grain": "month", "start": found.begins.isoformat(), "kind": "churn"})
    return Block(
        tuple(_shown(line, named, found.currency) for line in found.lines), Money(found.booked, found.currency),
        f"{reverse('revenue-accounts')}?{asked}",
    )  # fmt: skip


def _shown(of: Line, named: dict[int, Account], currency: str) -> Shown:
    told = [(named[account], Money(minor, currency)) for account, minor in of.accounts[:NAMED] if account in named]
    return Shown(of.name, Money(of.minor, currency), tuple(told), len(of.accounts) - len(told))
