"""Checkpoints: 180 and 90 days before each decision what was said is locked, and the outcome is written beside it.

Whatever is called later stands in the history of calls, beside the locked one and never in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.work import renewal_lines, renewal_sums
from nenrin.work.models import RenewalCall, RenewalCheckpoint
from nenrin.work.models.renewal import OUTCOMES, Outcome
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_terms import PIPELINE, decided

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
    window = decided(today + timedelta(days - LATE + 1), today + timedelta(days))
    kept = RenewalCheckpoint.objects.filter(account=OuterRef("account"), term_end=OuterRef("ends_on"), days=days)
    due = Subscription.objects.filter(PIPELINE, window, ~Exists(kept))
    due = due.exclude(status=SubscriptionStatus.NOTICED)
    keys = list(due.order_by("account").values_list("account", flat=True).distinct()[:LIMIT])
    if not keys:
        return 0
    lines = renewal_lines.of(Subscription.objects.filter(account__in=bulk.among(keys)), today, window)
    groups: dict[tuple[int, date], list[Line]] = defaultdict(list)
    for line in lines:
        if not line.is_noticed:
            groups[line.account, line.ends_on].append(line)
    with transaction.atomic():
        known = RenewalCheckpoint.objects.filter(days=days, account__in=bulk.among(keys))
        there = set(known.values_list("account_id", "term_end"))
        made = [_built(rows, days, today) for key, rows in groups.items() if key not in there]
        made = RenewalCheckpoint.objects.bulk_create(made, batch_size=500)
        journal.record_many(_checked(row, at) for row in made)
    return len(made)


def _built(rows: Sequence[Line], days: int, today: date) -> RenewalCheckpoint:
    first = rows[0]
    return RenewalCheckpoint(
        account_id=first.account, term_end=first.ends_on, decision_on=min(one.decision_on for one in rows), days=days,
        call=first.call, called_probability=first.call.probability if first.call else None, over=first.over,
        over_probability=first.over.probability if first.over else None, probability_of_model=first.p,
        mrr_minor=sum(one.mrr.minor for one in rows if one.mrr.currency == first.mrr.currency),
        currency=first.mrr.currency, taken_on=today,
    )  # fmt: skip


def settle(today: date, at: datetime) -> int:
    """What came of the terms that are over. Journal: work.renewal.settled for each account's term."""
    open_ = list(RenewalCheckpoint.objects.filter(outcome="", term_end__lte=today).order_by("term_end", "pk")[:LIMIT])
    if not open_:
        return 0
    contracts = renewal_sums.contracts({row.account_id for row in open_})
    for row in open_:
        row.outcome, row.kept_minor = _outcome(row, contracts[row.account_id])
        row.outcome_on = today
    told = {(row.account_id, row.term_end): row for row in open_}
    with transaction.atomic():
        RenewalCheckpoint.objects.bulk_update(open_, ["outcome", "outcome_on", "kept_minor"], batch_size=500)
        journal.record_many(_settled(row, at) for row in told.values())
    return len(open_)


def _outcome(row: RenewalCheckpoint, contracts: Sequence[Subscription]) -> tuple[Outcome, int]:
    """With the MRR that is left of what was due: by what runs on the day after the term against what ran when it was
    taken."""
    before, after = (renewal_sums.mrr(contracts, day, row.currency) for day in (row.taken_on, row.term_end))
    running = any(renewal_sums.runs(one, row.term_end) for one in contracts)
    if not running or (row.mrr_minor and after <= before - row.mrr_minor):
        return Outcome.LOST, 0
    return Outcome.RENEWED if after == before else Outcome.CHANGED, max(row.mrr_minor + after - before, 0)


def since(row: RenewalCheckpoint, calls: Sequence[RenewalCall]) -> RenewalCall | None:
    """The last call that was made after the checkpoint was locked, of all calls of the account."""
    locked = max((one.pk for one in (row.call, row.over) if one is not None), default=0)
    later = [one for one in calls if one.term_end == row.term_end and one.pk > locked and _is_after(one, row)]
    return max(later, key=lambda one: (one.made_at, one.pk), default=None)


def _is_after(call: RenewalCall, row: RenewalCheckpoint) -> bool:
    return organisation.today(call.made_at) >= row.taken_on


def _checked(row: RenewalCheckpoint, at: datetime) -> journal.Draft:
    told = {"days": row.days, "term_end": row.term_end, "called": row.called_probability,
            "model": row.probability_of_model}  # fmt: skip
    return journal.Draft("work.renewal.checked", SYSTEM, at, row.account_id, [("renewal_checkpoint", row.pk)], told)


def _settled(row: RenewalCheckpoint, at: datetime) -> journal.Draft:
    word = OUTCOMES[Outcome(row.outcome)]
    told = {"term_end": row.term_end, "outcome": row.outcome, "outcome_en": word.en, "outcome_ja": word.ja}
    return journal.Draft(
        "work.renewal.settled", SYSTEM, at, row.account_id, [("renewal_checkpoint", row.pk)], told,
        valid_at=begin_of(row.term_end, at),
    )  # fmt: skip


def begin_of(day: date, at: datetime) -> datetime:
    """When a day began by the organisation's clock, or now where it has not yet."""
    return min(datetime.combine(day, time.min, organisation.zone()), at)
