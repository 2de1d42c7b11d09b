"""Snapshots of the forecast: kept as it was each week, or when somebody asks, so that one sees what has moved since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from nenrin.customers.models import Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.work import renewal_pipeline
from nenrin.work.models import RenewalSnapshot, RenewalSnapshotLine
from nenrin.work.renewal_pipeline import Pipeline
from nenrin.work.renewal_terms import PIPELINE

#: How far ahead a snapshot looks, and after how many days the next one is taken by itself.
AHEAD: Final = timedelta(days=731)
EVERY: Final = timedelta(days=7)
FIGURES: Final = ("due", "committed", "best", "worst", "expected")


@dataclass(frozen=True, slots=True)
class Was:
    """What a snapshot said of some months: minor units of MRR; `expected` None where nothing had a probability."""

    snapshot: RenewalSnapshot
    count: int
    due: int
    committed: int
    best: int
    worst: int
    expected: float | None


def step(at: datetime) -> int:
    """Take the weekly one where it is due; returns how many were taken. Safe to repeat."""
    last = RenewalSnapshot.objects.filter(author__isnull=True).order_by("-taken_on").first()
    if last is not None and organisation.today(at) - last.taken_on < EVERY:
        return 0
    if not Subscription.objects.filter(PIPELINE).exists():
        return 0
    take(by=SYSTEM, at=at)
    return 1


def take(*, by: Actor, at: datetime, author: Member | None = None) -> RenewalSnapshot:
    """The forecast of all terms as it is now; one a day for each who asks. Journal: work.renewal.snapshot."""
    today = organisation.today(at)
    with transaction.atomic():
        stands = RenewalSnapshot.objects.filter(taken_on=today, author=author).first()
        if stands is not None:
            return stands
        rows = renewal_pipeline.ahead(Subscription.objects.order_by("pk"), today, today + AHEAD)
        told, days = renewal_pipeline.read(rows, own_money.on(today)), rows.values_list("decision", "ends_on")
        made = RenewalSnapshot.objects.create(taken_on=today, taken_at=at, author=author, count=len(told))
        RenewalSnapshotLine.objects.bulk_create(_lines(made, told, days), batch_size=500)
        journal.record("work.renewal.snapshot", actor=by, at=at, particulars={"terms": made.count, "on": today})
    return made


def _lines(snapshot: RenewalSnapshot, of: Pipeline, days: Iterable[tuple[date, date]]) -> list[RenewalSnapshotLine]:
    shares = [np.where(which, of.minor, 0.0).tolist() for which in (of.is_committed, of.is_best, of.is_worst)]
    columns = (of.account, of.currency, of.held, of.p, of.minor)
    rows = zip(days, *(column.tolist() for column in columns), *shares, strict=True)
    return [
        RenewalSnapshotLine(
            snapshot=snapshot, account_id=account, decision_on=decision, term_end=end, currency=currency, held=held,
            p=None if p != p else p, due_minor=round(minor), committed_minor=round(committed), best_minor=round(best),
            worst_minor=round(worst), expected_minor=None if p != p else p * minor,
        )
        for (decision, end), account, currency, held, p, minor, committed, best, worst in rows
    ]  # fmt: skip


def last_before(today: date) -> RenewalSnapshot | None:
    """The latest one of an earlier day."""
    return RenewalSnapshot.objects.filter(taken_on__lt=today).select_related("author").first()


def was(
    snapshot: RenewalSnapshot, lines: QuerySet[RenewalSnapshotLine], today: date, until: date, own: OwnMoney
) -> Was:
    """What it said of the terms that it saw decided from today to `until`; `lines` in the asker's scope. One query."""
    window = Q(snapshot=snapshot, decision_on__range=(today, until))
    sums: dict[str, Any] = {name: Sum(own.sql(f"{name}_minor")) for name in FIGURES if name != "expected"}
    sums["expected"] = Sum(own.fractions("expected_minor"))
    told = lines.filter(window).aggregate(**sums, count=Count("pk"))
    whole = {name: int(told[name] or 0) for name in ("count", "due", "committed", "best", "worst")}
    return Was(snapshot, expected=told["expected"], **whole)
