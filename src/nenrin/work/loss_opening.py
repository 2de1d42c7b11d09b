"""A loss opens by itself when an account lets its last contract go, and closes when it stays or returns: a reader of
the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import Status, SubscriptionStatus
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry
from nenrin.work import churn_reasons, losses
from nenrin.work.losses import Leaving
from nenrin.work.models import Loss

READER: Final = "losses"
#: What may end or save the last contract of an account.
HEARD: Final = tuple(
    f"customers.subscription.{what}"
    for what in ("noticed", "ended", "reprieved", "signed", "changed", "rolled", "archived", "restored")
)
LIMIT = 500
STAYING = (SubscriptionStatus.SIGNED, SubscriptionStatus.ACTIVE)
#: Contracts that ended so shortly before the last one went with it.
TOGETHER = timedelta(days=31)


def step(at: datetime) -> int:
    """Look at what happened to contracts since; returns how many losses were opened or closed. Safe to repeat."""
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    last = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
    if last is None:
        return 0
    churn_reasons.install(by=SYSTEM, at=at)
    heard = list(Entry.objects.filter(sequence__gt=done, action__in=HEARD).order_by("sequence")[:LIMIT])
    with transaction.atomic():
        moved = settle({entry.account for entry in heard if entry.account}, at)
        journal.advance(READER, heard[-1] if len(heard) == LIMIT else last)
    return moved


def settle(accounts: Iterable[int], at: datetime) -> int:
    """Bring the losses of these accounts in line with their contracts. Safe to repeat."""
    keys, today = list(accounts), organisation.today(at)
    rows = Account.objects.filter(pk__in=keys, archived_at__isnull=True).exclude(status=Status.INTERNAL_TEST)
    contracts, lowered = _contracts(keys, is_credit=False), _contracts(keys, is_credit=True)
    running = {loss.account_id: loss for loss in Loss.objects.running().filter(account__in=keys)}
    going = []
    moved = 0
    for account in rows:
        own = contracts.get(account.pk, ())
        if any(one.status in STAYING for one in own):
            moved += _stays(running.get(account.pk), own, today, at)
        elif own:
            going.append(_leaving(account, own, lowered.get(account.pk, ())))
    return moved + len(losses.open_many(going, by=SYSTEM, at=at))


def _contracts(accounts: Sequence[int], *, is_credit: bool) -> dict[int, list[Subscription]]:
    """Their contracts, or the credits on them: nobody stays by a credit."""
    found: dict[int, list[Subscription]] = defaultdict(list)
    for row in Subscription.objects.filter(account__in=accounts, archived_at__isnull=True, is_credit=is_credit):
        found[row.account_id].append(row)
    return found


def _stays(loss: Loss | None, contracts: Sequence[Subscription], today: date, at: datetime) -> int:
    if loss is None:
        return 0
    if not loss.is_over(today):
        losses.withdraw(loss, by=SYSTEM, at=at)
    else:
        begun = max(one.starts_on for one in contracts if one.status in STAYING)
        losses.returned(loss, begun, by=SYSTEM, at=at)
    return 1


def _leaving(account: Account, contracts: Sequence[Subscription], lowered: Sequence[Subscription]) -> Leaving:
    """As it stands: the day on which the last contract was let go, and all that went with it, less the credits of its
    last day."""
    last = max(contracts, key=lambda one: (_end(one), one.pk))
    end = _end(last)
    gone = [one for one in contracts if _end(one) + TOGETHER >= end and one.currency == account.currency]
    gone += [one for one in lowered if one.starts_on < end <= _end(one) and one.currency == account.currency]
    decided = min(last.noticed_on or end - timedelta(1), end - timedelta(1))
    return Leaving(account, last, max(decided, last.starts_on), end, max(sum(one.mrr_minor for one in gone), 0))


def _end(row: Subscription) -> date:
    return row.ended_on or row.ends_on
