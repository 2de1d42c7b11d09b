"""The MRR of an account on a day, from its contracts and their steps: what a term's outcome is read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import bulk


def contracts(accounts: Collection[int]) -> dict[int, list[Subscription]]:
    """All contracts of these accounts with their steps. Two queries."""
    found: dict[int, list[Subscription]] = defaultdict(list)
    rows = Subscription.objects.filter(account__in=bulk.among(sorted(accounts)), archived_at__isnull=True)
    for one in rows.prefetch_related("steps"):
        found[one.account_id].append(one)
    return found


def runs(row: Subscription, day: date) -> bool:
    """Does it run on this day? One under notice, or that does not renew by itself, ends with its term."""
    ends = row.status == SubscriptionStatus.NOTICED or not row.auto_renews
    return row.covers(day) and not (ends and row.ends_on <= day)


def mrr(rows: Iterable[Subscription], day: date, currency: str) -> int:
    """Minor units of all that run on this day, in one currency."""
    return sum(price(row, day) for row in rows if row.currency == currency and runs(row, day))


def price(row: Subscription, day: date) -> int:
    """Of the step that holds on this day; of the first one before it."""
    steps = sorted((step.from_on, step.mrr_minor) for step in row.steps.all())
    held = [minor for from_on, minor in steps if from_on <= day] or [minor for _, minor in steps[:1]]
    return held[-1] if held else row.mrr_minor
