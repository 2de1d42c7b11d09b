"""Frozen answers about customers for pages, where a QuerySet is not enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nenrin.customers import schedule, subscription_rows, terms
from nenrin.customers.models import Account, Assignment, Subscription
from nenrin.customers.statuses import LIVE, OPEN, Phase
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Ring:
    """One term of an account's longest-running contract: half-open, and how far the last one has grown (0 to 1)."""

    start: date
    end: date
    grown: float


def rings(account: Account, as_of: date) -> list[Ring]:
    """One ring a term, innermost first, of the contract with the most of them; years where terms are shorter."""
    signed = account.subscriptions.filter(archived_at__isnull=True, starts_on__lte=as_of, is_credit=False)
    rows = signed.order_by("starts_on")
    oldest = max(rows, key=lambda row: (row.status in LIVE, -row.starts_on.toordinal()), default=None)
    if oldest is None:
        return []
    return [_ring(start, end, as_of) for start, end in _bounds(oldest) if start <= as_of]


def _bounds(row: Subscription) -> list[tuple[date, date]]:
    if row.term_months >= 12:
        return schedule.past_terms(row)
    last = row.ended_on or row.ends_on
    count = terms.terms_until(row.starts_on, 12, last) if last > row.starts_on else 1
    ends = [row.starts_on, *(terms.term_end(row.starts_on, n, 12) for n in range(1, count + 1))]
    return [(start, end) for start, end in pairwise(ends) if start < last]


def _ring(start: date, end: date, as_of: date) -> Ring:
    return Ring(start, end, min(1.0, (as_of - start).days / max(1, (end - start).days)))


def rings_in_rows(accounts: Iterable[Account], as_of: date) -> dict[int, tuple[int, float]]:
    """For list rows: full years as a customer, and how much of the running year has grown; without a query."""
    found = {}
    for account in accounts:
        start = account.customer_since
        if start is not None and start <= as_of:
            until = min(as_of, account.lost_on) if account.lost_on else as_of
            years = terms.terms_until(start, 12, max(start, until)) - 1
            begun, ends = terms.term_end(start, years, 12), terms.term_end(start, years + 1, 12)
            found[account.pk] = (years, max(0, (until - begun).days) / (ends - begun).days)
    return found


def warnings(row: Subscription) -> list[Text]:
    """What looks wrong with a subscription though it is allowed: overlaps, a foreign currency."""
    found = []
    if row.plan is not None:
        others = Subscription.objects.filter(
            account=row.account_id, plan__product=row.plan.product_id, archived_at__isnull=True
        )
        for other in others.filter(status__in=OPEN).exclude(pk=row.pk).order_by("starts_on"):
            if _overlap(row, other):
                found.append(
                    Text(
                        f"overlaps the contract from {other.starts_on}",
                        f"契約期間が重複: {other.starts_on} 開始の契約",
                    )
                )
    if row.currency != row.account.currency:
        found.append(
            Text(
                f"counts in no total in {row.account.currency}",
                f"{row.account.currency} の合計に含まれない通貨",
            )
        )
    return found


def _overlap(one: Subscription, other: Subscription) -> bool:
    far = date.max
    return one.starts_on < (other.ended_on or far) and other.starts_on < (one.ended_on or far)


def owners(accounts: Iterable[int]) -> dict[int, dict[Phase, Assignment]]:
    """Current owners by account and phase, member loaded."""
    found: dict[int, dict[Phase, Assignment]] = {}
    rows = Assignment.objects.filter(account__in=list(accounts), until_on__isnull=True).select_related("member")
    for row in rows:
        found.setdefault(row.account_id, {})[Phase(row.phase)] = row
    return found


def terms_of(row: Subscription) -> list[tuple[date, date]]:
    return schedule.past_terms(row)


#: Labels of subscription columns, for journals and exports.
LABELS = {name: field.label for name, field in subscription_rows.TABLE.items()}
