"""A handoff opens by itself when an account's first subscription is signed: a reader of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers.models import Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry
from nenrin.work import handoffs
from nenrin.work.handing import policies
from nenrin.work.models import Handoff

READER: Final = "handoffs"
SIGNED: Final = "customers.subscription.signed"
#: A contract that began longer ago is history brought in, and nobody hands it over any more.
RECENT = timedelta(days=60)
LIMIT = 500


def step(at: datetime) -> int:
    """Look at the signatures that nobody looked at yet; returns how many handoffs were opened. Safe to repeat.

    A handoff that was begun before its contract was known is attached to it.
    """
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    last = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
    if last is None:
        return 0
    signed = list(Entry.objects.filter(sequence__gt=done, action=SIGNED).order_by("sequence")[:LIMIT])
    until = signed[-1] if len(signed) == LIMIT else last
    with transaction.atomic():
        if not journal.still_at(READER, done):  # another worker looked at these
            return 0
        opened = _opened(signed, at) if policies.current().opens_itself else 0
        journal.advance(READER, until)
    return opened


def _opened(entries: Iterable[Entry], at: datetime) -> int:
    today, count = organisation.today(at), 0
    handed: dict[int, list[Handoff]] = {}
    accounts = {entry.account for entry in entries if entry.account}
    for handoff in Handoff.objects.filter(account__in=accounts):
        handed.setdefault(handoff.account_id, []).append(handoff)
    for first in _firsts(accounts):
        for handoff in handed.get(first.account_id, []):
            if handoff.subscription_id is None and abs(first.starts_on - handoff.signed_on) <= RECENT:
                handoffs.attach(handoff, first, by=SYSTEM, at=at)
        if first.account_id not in handed and _is_news(first, today):
            handoffs.open(first.account, subscription=first, by=SYSTEM, at=at)
            count += 1
    return count


def _firsts(accounts: Iterable[int]) -> list[Subscription]:
    """The earliest subscription of each account that stands and is no renewal of an earlier customer's."""
    found: dict[int, Subscription] = {}
    standing = Subscription.objects.filter(
        account__in=list(accounts), archived_at__isnull=True, account__archived_at__isnull=True, is_credit=False
    )
    for row in standing.select_related("account").order_by("starts_on", "pk"):
        found.setdefault(row.account_id, row)
    return list(found.values())


def _is_news(row: Subscription, today: date) -> bool:
    return today - RECENT <= row.starts_on and row.ended_on is None
