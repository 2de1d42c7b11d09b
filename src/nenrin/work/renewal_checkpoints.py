"""Checkpoints: 180 and 90 days before each decision what was said is kept, and the outcome is written beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.work import renewal_lines
from nenrin.work.models import RenewalCheckpoint
from nenrin.work.models.renewal import OUTCOMES, Outcome
from nenrin.work.renewal_lines import Line

DAYS: Final = (180, 90)
#: One that was missed for longer is not taken any more: it would not be a forecast of so many days.
LATE: Final = 30
LIMIT: Final = 500


def step(at: datetime) -> int:
    """Take the checkpoints that are due and write down what came of those whose term is over. Safe to repeat."""
    today = organisation.today(at)
    return sum(take(days, today, at) for days in DAYS) + settle(today, at)


def take(days: int, today: date, at: datetime) -> int:
    """Journal: work.renewal.checked for each."""
    window = Q(decision__range=(today + timedelta(days - LATE + 1), today + timedelta(days)))
    lines = renewal_lines.of(Subscription.objects.all(), today, window)
    groups: dict[tuple[int, date], list[Line]] = defaultdict(list)
    for line in lines:
        if not line.is_noticed:
            groups[line.account, line.ends_on].append(line)
    there = set(
        RenewalCheckpoint.objects.filter(days=days, term_end__in={end for _, end in groups})
        .values_list("account_id", "term_end")
    )  # fmt: skip
    made = [_built(rows, days, today) for key, rows in groups.items() if key not in there][:LIMIT]
    if made:
        with transaction.atomic():
            made = RenewalCheckpoint.objects.bulk_create(made, batch_size=500)
            journal.record_many(_checked(row, at) for row in made)
    return len(made)


def _built(rows: Sequence[Line], days: int, today: date) -> RenewalCheckpoint:
    first = rows[0]
    return RenewalCheckpoint(
        account_id=first.account, term_end=first.ends_on, decision_on=min(one.decision_on for one in rows), days=days,
        call=first.call, called_probability=first.called, probability_of_model=first.p,
        mrr_minor=sum(one.mrr.minor for one in rows if one.mrr.currency == first.mrr.currency),
        currency=first.mrr.currency, taken_on=today,
    )  # fmt: skip


def settle(today: date, at: datetime) -> int:
    """What came of the terms that are over. Journal: work.renewal.settled for each account's term."""
    open_ = list(RenewalCheckpoint.objects.filter(outcome="", term_end__lte=today).order_by("term_end", "pk")[:LIMIT])
    if not open_:
        return 0
    contracts: dict[int, list[Subscription]] = defaultdict(list)
    keys = {row.account_id for row in open_}
    for one in Subscription.objects.filter(account__in=keys, archived_at__isnull=True).prefetch_related("steps"):
        contracts[one.account_id].append(one)
    for row in open_:
        row.outcome, row.outcome_on = _outcome(row, contracts[row.account_id]), today
    told = {(row.account_id, row.term_end): row for row in open_}
    with transaction.atomic():
        RenewalCheckpoint.objects.bulk_update(open_, ["outcome", "outcome_on"], batch_size=500)
        journal.record_many(_settled(row, at) for row in told.values())
    return len(open_)


def _outcome(row: RenewalCheckpoint, contracts: Sequence[Subscription]) -> Outcome:
    """By the MRR that runs on the day after the term against what ran when it was taken."""
    own = [one for one in contracts if one.currency == row.currency]
    before, after = (sum(_mrr(one, day) for one in own) for day in (row.taken_on, row.term_end))
    running = any(_runs(one, row.term_end) for one in contracts)
    if not running or (row.mrr_minor and after <= before - row.mrr_minor):
        return Outcome.LOST
    return Outcome.RENEWED if after == before else Outcome.CHANGED


def _runs(row: Subscription, day: date) -> bool:
    ends = row.status == SubscriptionStatus.NOTICED or not row.auto_renews
    return row.covers(day) and not (ends and row.ends_on <= day)


def _mrr(row: Subscription, day: date) -> int:
    if not _runs(row, day):
        return 0
    steps = sorted((step.from_on, step.mrr_minor) for step in row.steps.all() if step.from_on <= day)
    return steps[-1][1] if steps else row.mrr_minor


def _checked(row: RenewalCheckpoint, at: datetime) -> journal.Draft:
    told = {"days": row.days, "term_end": row.term_end, "called": row.called_probability,
            "model": row.probability_of_model}  # fmt: skip
    return journal.Draft("work.renewal.checked", SYSTEM, at, row.account_id, [("renewal_checkpoint", row.pk)], told)


def _settled(row: RenewalCheckpoint, at: datetime) -> journal.Draft:
    word = OUTCOMES[Outcome(row.outcome)]
    told = {"term_end": row.term_end, "outcome": row.outcome, "outcome_en": word.en, "outcome_ja": word.ja}
    return journal.Draft("work.renewal.settled", SYSTEM, at, row.account_id, [("renewal_checkpoint", row.pk)], told)
