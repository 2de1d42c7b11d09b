"""Customers with contracts, one of whom lets go; what happens to contracts reaches losses through the journal."""

from __future__ import annotations

from datetime import date, datetime

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.work import loss_opening


def customer(name: str, *, at: datetime, mrr: int = 100_000, owner: Member | None = None, **fields: object) -> Account:
    found = accounts.open(name, by=SYSTEM, at=at, status="customer", **fields)
    if owner:
        ownership.assign(found, owner, by=SYSTEM, at=at)
    signed(found, at=at, mrr=mrr)
    return found


def signed(account: Account, *, at: datetime, mrr: int = 100_000, starts: date = date(2025, 10, 1)) -> Subscription:
    return subscriptions.sign(account, starts_on=starts, term_months=12, mrr_minor=mrr, by=SYSTEM, at=at)


def settled(at: datetime) -> int:
    while journal.seal():
        pass
    return loss_opening.step(at)
