"""The baseline: frozen on the day of the answers, or on the day on which the first contracts are known. Never changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry
from nenrin.ingest import lakes, mirror
from nenrin.ingest.models.imports import AT_WORK, Import
from nenrin.insight import refresh
from nenrin.insight.models import Health, StartBaseline, StartFigure
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, focus, measuring


def live() -> StartBaseline | None:
    """The baseline that holds."""
    return StartBaseline.objects.select_related("author").first()


def figures(of: StartBaseline) -> dict[str, Figure]:
    """As they were frozen, by key."""
    return {row.kpi: Figure(row.kpi, row.value, row.n, _reach(row)) for row in of.figures.all()}


def _reach(row: StartFigure) -> Interval | None:
    return None if row.low is None or row.high is None else Interval(row.low, row.high)


def step(at: datetime, *, by: Actor = SYSTEM) -> int:
    """One round of the worker: freeze the baseline once the questions are answered and the first contracts are told whole:
    no file is being imported, and health was brought up to date today with every fact that there is. Safe to repeat."""
    if not organisation.current().problem or StartBaseline.objects.exists() or not Health.objects.exists():
        return 0
    if Import.objects.filter(state__in=AT_WORK).exists() or Entry.objects.filter(sequence__isnull=True).exists():
        return 0
    day = organisation.today(at)
    if not _is_read(day):
        return 0
    return int(freeze(day, by=by, at=at) is not None)


def _is_read(day: date) -> bool:
    """Is all of the journal in the lake, and all of the lake's facts in the health of this day?"""
    if journal.unread(mirror.READER, 1):
        return False
    progress = refresh.here()
    return progress.refreshed_on == day and progress.facts_seen == lakes.current().facts.snapshot().version


def freeze(day: date, *, by: Actor, at: datetime) -> StartBaseline | None:
    """Keep the figures of a day where there is no baseline yet, an account pays and the part that was chosen is there; None
    where nothing was kept.

    Safe to repeat. Journal: insight.start.baseline_taken.
    """
    if StartBaseline.objects.exists() or organisation.current().begins_with not in answers.parts():
        return None
    if not measuring.has_contracts(day):
        return None
    return _kept(1, day, "", by, at)


def _kept(number: int, day: date, note: str, by: Actor, at: datetime) -> StartBaseline | None:
    own = organisation.current()
    held, policy = focus.of(own), policies.live(day)
    found = measuring.measured(day, held.part)
    with transaction.atomic():
        row, is_new = StartBaseline.objects.get_or_create(
            number=number,
            defaults={
                "taken_on": day, "taken_at": at, "begins_with": held.begins_with, "policy": policy.version,
                "currency": policy.reporting_currency, "note": note, "author_id": by.member,
            },
        )  # fmt: skip
        if not is_new:
            return None
        StartFigure.objects.bulk_create(_row(row, key, figure) for key, figure in found.items())
        particulars = {"number": number, "day": day.isoformat(), "figures": sum(one.value is not None for one in found.values())}  # fmt: skip
        journal.record("insight.start.baseline_taken", actor=by, at=at, particulars=particulars)
    return row


def _row(baseline: StartBaseline, key: str, of: Figure) -> StartFigure:
    low, high = of.interval or (None, None)
    return StartFigure(baseline=baseline, kpi=key, value=of.value, low=low, high=high, n=of.n)
