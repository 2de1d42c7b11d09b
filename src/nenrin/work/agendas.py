"""Agendas to begin a meeting with: kept, changed, archived."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.customers.errors import Fault
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import AgendaTemplate

MOST_WORDS = 10_000


def save(
    key: str, *, name: str, agenda: str, by: Actor, at: datetime, title: str = "", minutes: int | None = None,
    version: int | None = None,
) -> AgendaTemplate:  # fmt: skip
    """Keep an agenda under its key, new or changed. Safe to repeat. Raises Refused, Conflict. Journal: work.agenda.saved."""
    given: dict[str, object] = {
        "name": name.strip(),
        "title": title.strip(),
        "agenda": agenda.strip(),
        "minutes": minutes,
    }
    faults = [
        *checking.words("name", name, 120),
        *checking.words("title", title, 200, needed=False),
        *checking.words("agenda", agenda, MOST_WORDS),
    ]
    if minutes is not None and not 0 < minutes <= 24 * 60:
        faults.append(Fault("minutes", Text("minutes of one day at most", "1日以内の分数"), minutes))
    checking.refuse(faults)
    with transaction.atomic():
        row = AgendaTemplate.objects.select_for_update().filter(key=key).first() or AgendaTemplate(key=key, version=0)
        stands = {field: getattr(row, field) for field in given}
        checking.stand_at(f"agenda {key}", row.version, version, given, stands)
        if row.pk and row.archived_at is None and stands == given:
            return row
        for field, value in given.items():
            setattr(row, field, value)
        row.archived_at, row.changed_at, row.version = None, at, row.version + 1
        row.save()
        _note("saved", row, by, at)
    return row


def archive(row: AgendaTemplate, *, by: Actor, at: datetime) -> None:
    """Offer it no more. Safe to repeat. Journal: work.agenda.archived."""
    with transaction.atomic():
        if AgendaTemplate.objects.filter(pk=row.pk, archived_at__isnull=True).update(archived_at=at):
            _note("archived", row, by, at)


def restore(row: AgendaTemplate, *, by: Actor, at: datetime) -> None:
    """Offer it again. Safe to repeat. Journal: work.agenda.restored."""
    with transaction.atomic():
        if AgendaTemplate.objects.filter(pk=row.pk, archived_at__isnull=False).update(archived_at=None):
            _note("restored", row, by, at)


def _note(verb: str, row: AgendaTemplate, by: Actor, at: datetime) -> None:
    about = {"name": row.name, "key": row.key}
    journal.record(f"work.agenda.{verb}", actor=by, at=at, subject=("agenda", row.key), particulars=about)
