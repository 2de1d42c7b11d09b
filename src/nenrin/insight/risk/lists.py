"""Whose risk is listed: one answer for pages, programs, files and sums."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.db.models import QuerySet

from nenrin.customers.models import Account
from nenrin.insight.models import Risk, RiskSaid

Basis = Literal["told", "said", "replayed"]
#: Days that a refusal names.
NAMED = 12


class NothingSaid(LookupError):
    """Nothing is kept for this day."""


def told(event: str, within: QuerySet[Account] | None = None) -> QuerySet[Risk]:
    """What is told now of the accounts that are not archived; `within`: of these alone."""
    found = Risk.objects.filter(event=event, account__archived_at__isnull=True)
    return found if within is None else found.filter(account__in=within.values("pk"))


def said(event: str, day: date, within: QuerySet[Account] | None = None) -> QuerySet[RiskSaid]:
    """What is kept of what was said, or would have been, at the end of a day."""
    found = RiskSaid.objects.filter(event=event, as_of=day, account__archived_at__isnull=True)
    return found if within is None else found.filter(account__in=within.values("pk"))


def stored(
    event: str, day: date | None, within: QuerySet[Account] | None = None
) -> tuple[Basis, QuerySet[Risk] | QuerySet[RiskSaid]]:
    """What is told now (`day` None, or the day of which it is told) or was said then. Raises NothingSaid."""
    if day is None or Risk.objects.filter(event=event, as_of=day).exists():
        return "told", told(event, within)
    first = RiskSaid.objects.filter(event=event, as_of=day).order_by("is_replayed").first()
    if first is None:
        raise NothingSaid(_missing(event, day))
    return "replayed" if first.is_replayed else "said", said(event, day, within)


def _missing(event: str, day: date) -> str:
    days = RiskSaid.objects.filter(event=event).order_by("-as_of").values_list("as_of", flat=True).distinct()[:NAMED]
    named = ", ".join(str(one) for one in days) or "none so far"
    return f"as_of: nothing was said at the end of {day}; days that are kept: {named}"
