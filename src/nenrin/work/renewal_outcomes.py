"""What came of the terms that are over: kept as rows, so that past quarters are added up in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from nenrin.customers import schedule, terms
from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import bulk, organisation
from nenrin.work import renewal_sums
from nenrin.work.models import RenewalOutcome
from nenrin.work.renewal_terms import SHORTEST_TERM

#: How far back terms are looked at, and how many accounts in one round.
BACK: Final = timedelta(days=730)
LIMIT: Final = 500
Due = tuple[Subscription, date]  # a contract and the end of one of its terms


def step(at: datetime) -> int:
    """Write down what came of terms that are over; returns how many rows were written. Safe to repeat."""
    today = organisation.today(at)
    keys = waiting(today)
    if not keys:
        return 0
    contracts = renewal_sums.contracts(keys)
    with transaction.atomic():
        rows = RenewalOutcome.objects.filter(account__in=bulk.among(keys))
        there = set(rows.values_list("account_id", "term_end"))
        wanted = [one for key in keys for one in of_account(key, contracts[key], today)]
        fresh = [one for one in wanted if (one.account_id, one.term_end) not in there]
        RenewalOutcome.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def waiting(today: date) -> list[int]:
    """Accounts with a term that is over and not written down: it rolled on, or the contract ended with it."""
    rows = Subscription.objects.filter(
        term_months__gte=SHORTEST_TERM, archived_at__isnull=True, account__archived_at__isnull=True, is_credit=False
    ).exclude(account__status="internal-test")
    told = RenewalOutcome.objects.filter(account=OuterRef("account"))
    rolled = Q(~Exists(told.filter(term_end=OuterRef("term_from"))), renewals__gt=0, term_from__gt=today - BACK,
               term_from__lte=today)  # fmt: skip
    ended = Q(~Exists(told.filter(term_end=OuterRef("ends_on"))), status=SubscriptionStatus.ENDED,
              ended_on=F("ends_on"), ends_on__gt=today - BACK, ends_on__lte=today)  # fmt: skip
    found = rows.filter(rolled | ended).order_by("account").values_list("account", flat=True)
    return list(found.distinct()[:LIMIT])


def of_account(account: int, contracts: Sequence[Subscription], today: date) -> list[RenewalOutcome]:
    """One row for each day on which terms of the account ended, of the last two years."""
    by_day: dict[date, list[Subscription]] = defaultdict(list)
    for row, end in _dues(contracts):
        if today - BACK < end <= today:
            by_day[end].append(row)
    return [_outcome(account, end, rows, contracts, today) for end, rows in sorted(by_day.items())]


def _dues(contracts: Iterable[Subscription]) -> Iterable[Due]:
    for row in contracts:
        if row.term_months >= SHORTEST_TERM:
            ends = [end for _, end in schedule.past_terms(row) if end != row.ends_on]
            is_over = row.status == SubscriptionStatus.ENDED and row.ended_on == row.ends_on
            yield from ((row, end) for end in [*ends, *([row.ends_on] if is_over else [])])


def _outcome(
    account: int, end: date, rows: Sequence[Subscription], contracts: Sequence[Subscription], today: date
) -> RenewalOutcome:
    """All that the account pays on the day after counts: a contract that another one follows was renewed."""
    currency, last = rows[0].currency, end - timedelta(days=1)
    due = sum(renewal_sums.price(row, last) for row in rows if row.currency == currency)
    before, after = (renewal_sums.mrr(contracts, day, currency) for day in (last, end))
    return RenewalOutcome(
        account_id=account, term_end=end, decision_on=min(_decision(row, end) for row in rows), due_minor=due,
        kept_minor=max(due + after - before, 0), currency=currency, terms=len(rows), settled_on=today,
    )  # fmt: skip


def _decision(row: Subscription, end: date) -> date:
    if not row.auto_renews:
        return end
    if end == row.ends_on and row.notice_deadline:
        return row.notice_deadline
    return terms.notice_deadline(end, row.notice_months, row.notice_days)
