"""Forecasts that were kept elsewhere before: taken over as checkpoints, so that accuracy has a past to stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.work import checking
from nenrin.work.models import RenewalCall, RenewalCheckpoint
from nenrin.work.models.renewal import Side
from nenrin.work.renewal_checkpoints import DAYS, begin_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was called of a term, and when; `p`: what a model said on that day."""

    account: Account
    term_end: date
    decision_on: date
    days: int
    said_at: datetime
    taken_on: date
    mrr_minor: int
    currency: str
    call: str = ""
    author: Member | None = None
    side: str = Side.CSM
    p: float | None = None


def bring(rows: Sequence[Said], *, by: Actor, at: datetime) -> int:
    """Keep them as checkpoints of their day, one for each account, term and number of days; returns how many are new.

    Safe to repeat. What came of them is added like that of any other. Journal: work.renewal.brought for each.
    """
    checking.refuse(fault for row in rows for fault in checking.day("taken_on", row.taken_on, needed=True))
    wanted = {(row.account.pk, row.term_end, row.days): row for row in rows if row.days in DAYS}
    with transaction.atomic():
        known = RenewalCheckpoint.objects.filter(account__in={key for key, _, _ in wanted})
        there = set(known.values_list("account_id", "term_end", "days"))
        fresh = [row for key, row in wanted.items() if key not in there]
        calls = RenewalCall.objects.bulk_create([_call(row) for row in fresh if row.call], batch_size=500)
        by_term = {(one.account_id, one.term_end, one.made_at): one for one in calls}
        made = [_kept(row, by_term.get((row.account.pk, row.term_end, row.said_at))) for row in fresh]
        made = RenewalCheckpoint.objects.bulk_create(made, batch_size=500)
        journal.record_many(_draft(row, by, at) for row in made)
    return len(made)


def _call(row: Said) -> RenewalCall:
    return RenewalCall(
        account=row.account, term_end=row.term_end, decision_on=row.decision_on, number=1, side=row.side,
        author=row.author, call=row.call, made_at=row.said_at,
    )  # fmt: skip


def _kept(row: Said, call: RenewalCall | None) -> RenewalCheckpoint:
    column = ("over", "over_probability") if row.side == Side.MANAGER else ("call", "called_probability")
    said = dict(zip(column, (call, call.probability if call else None), strict=True))
    return RenewalCheckpoint(
        account=row.account, term_end=row.term_end, decision_on=row.decision_on, days=row.days, taken_on=row.taken_on,
        mrr_minor=row.mrr_minor, currency=row.currency, probability_of_model=row.p, **said,
    )  # fmt: skip


def _draft(row: RenewalCheckpoint, by: Actor, at: datetime) -> journal.Draft:
    return journal.Draft(
        "work.renewal.brought", by, at, row.account_id, [("renewal_checkpoint", row.pk)], {"days": row.days},
        valid_at=begin_of(row.taken_on, at),
    )  # fmt: skip
