"""Growth rings: an account's closed terms, each with the health in which it ended and what became of its MRR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from nenrin.customers.models import Subscription
from nenrin.customers.terms import term_end
from nenrin.foundation import bulk
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import Ring

CHUNK = 500
#: A term shorter than this gives no ring each: a monthly plan would draw twelve a year; its rings are its years.
MONTHS_A_RING = 12


@dataclass(frozen=True, slots=True)
class Term:
    """A closed stretch of the account's oldest subscription; `growth` is its change of MRR in percent."""

    account: int
    number: int
    closed_on: date
    growth: float | None


def rebuild(as_of: date, *, accounts: Sequence[int] | None = None) -> int:
    """Make the rings of some accounts, or of all, anew from subscriptions and stored scores. Safe to repeat.

    Returns how many rings there are. A term that closed before health was first stored has an unknown band.
    """
    rows = Subscription.objects.filter(archived_at__isnull=True, starts_on__lt=as_of, is_credit=False)
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    oldest: dict[int, Subscription] = {}
    for subscription in rows.order_by("starts_on", "pk").prefetch_related("steps").iterator(CHUNK):
        oldest.setdefault(subscription.account_id, subscription)
    terms = [term for subscription in oldest.values() for term in closed_terms(subscription, as_of)]
    shown = _shown([(term.account, term.closed_on - timedelta(days=1)) for term in terms])
    rings = [_ring(term, shown) for term in terms]
    with transaction.atomic():
        Ring.objects.filter(account__in=list(oldest)).delete()
        bulk.insert(rings)
    return len(rings)


def closed_terms(subscription: Subscription, as_of: date) -> list[Term]:
    """The terms, or years of shorter terms, of a subscription that closed by a day, the oldest first."""
    last = min(subscription.ended_on or as_of, as_of)
    months = max(subscription.term_months, MONTHS_A_RING)
    ends, count = [], 1
    while (end := term_end(subscription.starts_on, count, months)) <= last:
        ends.append(end)
        count += 1
    if subscription.ended_on and subscription.ended_on <= as_of and (not ends or ends[-1] < subscription.ended_on):
        ends.append(subscription.ended_on)
    begins = [subscription.starts_on, *ends]
    prices = sorted((step.from_on, step.mrr_minor) for step in subscription.steps.all())
    return [
        Term(subscription.account_id, number, end, _growth(prices, begin, end))
        for number, (begin, end) in enumerate(zip(begins, ends, strict=False), start=1)
    ]


def _growth(prices: Sequence[tuple[date, int]], begin: date, end: date) -> float | None:
    """From the price on the term's first day to the one that the next term begins with."""
    first, last = _price(prices, begin), _price(prices, end)
    return round(100 * (last - first) / first, 1) if first else None


def _price(prices: Sequence[tuple[date, int]], day: date) -> int:
    return next((price for since, price in reversed(prices) if since <= day), 0)


def _shown(wanted: Iterable[tuple[int, date]]) -> Mapping[tuple[int, date], tuple[str, float]]:
    """(account, day) -> band and score as stored on that day; a read for each month that has one."""
    by_month: dict[tuple[int, int], list[tuple[int, date]]] = {}
    for account, day in wanted:
        by_month.setdefault((day.year, day.month), []).append((account, day))
    lake = lakes.current()
    found: dict[tuple[int, date], tuple[str, float]] = {}
    for pairs in by_month.values():
        days = [day for _, day in pairs]
        rows = history.scores(
            lake, min(days), max(days), accounts=sorted({account for account, _ in pairs})
        ).to_pylist()
        kept = {(row["account"], row["day"]): (row["shown"], row["score"] / 1_000_000) for row in rows}
        found |= {pair: kept[pair] for pair in pairs if pair in kept}
    return found


def _ring(term: Term, shown: Mapping[tuple[int, date], tuple[str, float]]) -> Ring:
    band, score = shown.get((term.account, term.closed_on - timedelta(days=1)), ("unknown", None))
    known = None if band == "unknown" else score
    return Ring(
        account_id=term.account,
        number=term.number,
        closed_on=term.closed_on,
        band=band,
        score=known,
        growth=term.growth,
    )
