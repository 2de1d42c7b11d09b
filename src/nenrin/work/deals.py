"""What became of what a seller sold: told after 90 days and after twelve months, and kept as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from nenrin.customers.models import PriceStep
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight.models import Health
from nenrin.work.handing import telling
from nenrin.work.models import DealTold, Handoff, Promise
from nenrin.work.models.handoff import HandoffState
from nenrin.work.models.promise import Origin, PromiseState

#: Days after the start at which the seller learns.
HORIZONS: Final = (90, 365)
#: A deal whose day passed longer ago than this is history brought in: nobody is told of it any more.
LATE: Final = timedelta(days=60)
MOST: Final = 500


def sold() -> QuerySet[Handoff]:
    """Every deal with its seller: handoffs that were needed, with their contract."""
    rows = Handoff.objects.filter(seller__isnull=False).exclude(state=HandoffState.DROPPED)
    return rows.select_related("account", "seller", "subscription")


def tell(today: date, *, at: datetime) -> int:
    """Tell the sellers of the deals whose day has come; returns how many. Safe to repeat. Journal: work.deal.told."""
    return sum(_told(days, today, at) for days in HORIZONS)


def _told(days: int, today: date, at: datetime) -> int:
    until = today - timedelta(days)
    begun = Q(subscription__starts_on__lte=until, subscription__starts_on__gt=until - LATE)
    begun |= Q(subscription__isnull=True, signed_on__lte=until, signed_on__gt=until - LATE)
    handoffs = list(sold().filter(begun).exclude(told__days=days).order_by("signed_on", "pk")[:MOST])
    if not handoffs:
        return 0
    with transaction.atomic():
        rows = bulk.insert(_rows(handoffs, days, today, at))
        for row, handoff in zip(rows, handoffs, strict=True):
            row.handoff = handoff
        journal.record_many(_draft(row, SYSTEM, at) for row in rows)
        telling.deals(rows, by=SYSTEM, at=at)
    return len(rows)


def _rows(handoffs: Sequence[Handoff], days: int, today: date, at: datetime) -> list[DealTold]:
    accounts = [each.account_id for each in handoffs]
    health = Health.objects.in_bulk(accounts)
    counts = promises_of(each.pk for each in handoffs)
    first = mrr_of({each.account_id: each.began + timedelta(30) for each in handoffs})
    made = []
    for each in handoffs:
        judged, account = health.get(each.account_id), each.account
        kept, still = counts.get(each.pk, (0, 0))
        made.append(
            bulk.made(
                DealTold, handoff_id=each.pk, days=days, on=today, is_customer=account.status == Status.CUSTOMER,
                band=judged.band if judged else "", score=judged.score if judged else None,
                mrr_minor=account.mrr_minor, mrr_then_minor=first.get(account.pk), currency=account.currency,
                fit_found=each.fit_found, promises_kept=kept, promises_open=still, told_at=at,
            )
        )  # fmt: skip
    return made


def promises_of(handoffs: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Promises of the sale by handoff: kept, still open."""
    keys = [str(key) for key in handoffs]
    rows = Promise.objects.filter(origin=Origin.HANDOFF, origin_key__in=keys).order_by().values("origin_key")
    counted = rows.annotate(
        kept=Count("pk", filter=Q(state=PromiseState.KEPT)), still=Count("pk", filter=Q(state=PromiseState.OPEN))
    )
    return {int(row["origin_key"]): (row["kept"], row["still"]) for row in counted}


def mrr_of(days: dict[int, date]) -> dict[int, int]:
    """MRR of each account on a day of its own, in minor units: what ran then, at its price then; two queries at most."""
    steps = PriceStep.objects.filter(subscription__account__in=list(days), subscription__archived_at__isnull=True)
    found: dict[int, dict[int, tuple[date, int]]] = {}
    for step in steps.select_related("subscription").order_by("from_on"):
        contract = step.subscription
        day = days[contract.account_id]
        if contract.covers(day) and step.from_on <= day:
            found.setdefault(contract.account_id, {})[contract.pk] = (step.from_on, step.mrr_minor)
    return {account: sum(minor for _, minor in running.values()) for account, running in found.items()}


def read(told: DealTold, *, at: datetime) -> None:
    """The seller has seen it. Safe to repeat. No journal: it changes nothing of the account."""
    DealTold.objects.filter(pk=told.pk, read_at__isnull=True).update(read_at=at)


def _draft(told: DealTold, by: Actor, at: datetime) -> journal.Draft:
    note = {"days": told.days}
    return journal.Draft("work.deal.told", by, at, told.handoff.account_id, [("handoff", told.handoff_id)], note)
