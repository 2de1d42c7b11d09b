"""Rehearsals: asked for, computed beside the other work, kept with the document they were asked of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db import transaction

from nenrin.analytics import conditions
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import documents
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.ingest import lakes
from nenrin.insight import segment_fields
from nenrin.insight.models import HealthModelVersion, Segment
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.rehearsing import health_models, segments
from nenrin.playbooks.replaying import failures
from nenrin.playbooks.replaying.replays import ATTEMPTS, MONTHS_AT_MOST, TooLong
from nenrin.values import Text

log = logging.getLogger(__name__)
Noun = Literal["segment", "health_model"]
SEGMENT: Final = "segment"
MODEL: Final = "health_model"
DRAFT: Final = "draft"
NEW: Final = "new"
KEPT: Final = 5
_REPORTS: Mapping[str, Callable[[Rehearsal, Lake], dict[str, Any]]] = {
    SEGMENT: segments.report,
    MODEL: health_models.report,
}


def of_segment(row: Segment, *, months: int = 12, by: Actor, at: datetime) -> Rehearsal:
    """Have a segment's condition asked of so many months up to yesterday. Raises TooLong. Journal: playbooks.rehearsal.asked."""
    return _ask(SEGMENT, str(row.pk), row.condition, months, by, at)


def of_draft(condition: Any, *, segment: Segment | None = None, months: int = 12, by: Actor, at: datetime) -> Rehearsal:
    """Have a condition that is not saved asked of the past, and beside it the segment's own where the same days are not known
    yet. Raises TooLong, Unreadable. Journal: playbooks.rehearsal.asked.
    """
    document = conditions.dump(conditions.parse(condition, segment_fields.fields()))
    with transaction.atomic():
        row = _ask(SEGMENT, draft_key(segment, by), document, months, by, at)
        if segment is not None and beside(row, segment) is None:
            _ask(SEGMENT, str(segment.pk), segment.condition, months, by, at)
    return row


def draft_key(segment: Segment | None, by: Actor) -> str:
    """Where drafts stand: those of a segment together, those of none by who drafts them."""
    return f"{segment.pk}/{DRAFT}" if segment else f"{NEW}/{by.kind}-{by.key}"


def beside(draft: Rehearsal, segment: Segment) -> Rehearsal | None:
    """What the segment as it is would have been on the same days: asked, done or failed."""
    rows = Rehearsal.objects.filter(noun=SEGMENT, key=str(segment.pk), first=draft.first, last=draft.last)
    return next((row for row in rows if row.document == segment.condition), None)


def adopt(segment: Segment, *, by: Actor) -> int:
    """What was tried of a condition before it was saved stands with the segment from then on; returns how many rows."""
    rows = Rehearsal.objects.filter(noun=SEGMENT, key__in=[f"{segment.pk}/{DRAFT}", draft_key(None, by)])
    same = [row.pk for row in rows if row.document == segment.condition]
    return Rehearsal.objects.filter(pk__in=same).update(key=str(segment.pk))


def of_model(row: HealthModelVersion, *, months: int = 12, by: Actor, at: datetime) -> Rehearsal:
    """Have a version of a health model lived through beside the live one. Raises TooLong. Journal: playbooks.rehearsal.asked."""
    return _ask(MODEL, f"{row.key}/{row.number}", row.document, months, by, at)


def newest(noun: Noun, key: str) -> Rehearsal | None:
    return Rehearsal.objects.filter(noun=noun, key=key).first()


def _ask(noun: str, key: str, document: Any, months: int, by: Actor, at: datetime) -> Rehearsal:
    if not 1 <= months <= MONTHS_AT_MOST:
        raise TooLong(TooLong.__doc__)
    last = organisation.today(at) - timedelta(1)
    first = last - timedelta(round(months * 365 / 12)) + timedelta(1)
    author = Member.objects.filter(pk=int(by.key)).first() if by.kind == "member" else None
    with transaction.atomic():
        waiting = Rehearsal.objects.filter(noun=noun, key=key, state="asked", first=first, last=last).first()
        if waiting is not None and waiting.document == document:
            return waiting
        row = Rehearsal.objects.create(
            noun=noun, key=key, document=document, first=first, last=last, author=author, asked_at=at
        )
        _record("asked", row, by, at)
    return row


def step(at: datetime) -> int:
    """One rehearsal that waits; 1 where there was one. Safe to repeat. Journal: playbooks.rehearsal.done or .failed.

    One that cannot be computed is tried three times, after those that were tried less, and keeps why; a process that died
    over one counts as a try.
    """
    row = Rehearsal.objects.filter(state="asked").order_by("attempts", "pk").first()
    if row is None:
        return 0
    Rehearsal.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    if row.attempts >= ATTEMPTS:
        _fail(row, failures.WITHOUT_RESULT, at)
        return 1
    try:
        report = _REPORTS[row.noun](row, lakes.current())
    except failures.OF_THE_DATABASE:
        raise
    except Exception as problem:
        log.exception("rehearsal %s failed", row.pk)
        if failures.is_final(problem) or row.attempts + 1 >= ATTEMPTS:
            _fail(row, failures.words(problem), at)
    else:
        _keep(row, report, at)
    return 1


def _keep(row: Rehearsal, report: dict[str, Any], at: datetime) -> None:
    with transaction.atomic():
        row.report, row.state, row.done_at = report, "done", at
        row.save(update_fields=["report", "state", "done_at"])
        same = Rehearsal.objects.filter(noun=row.noun, key=row.key).exclude(state="asked").order_by("-pk")
        Rehearsal.objects.filter(pk__in=list(same.values_list("pk", flat=True)[KEPT:])).delete()
        _record("done", row, SYSTEM, at)


def _fail(row: Rehearsal, words: Text, at: datetime) -> None:
    with transaction.atomic():
        row.state, row.problem, row.done_at = "failed", {"en": words.en, "ja": words.ja}, at
        row.save(update_fields=["state", "problem", "done_at"])
        _record("failed", row, SYSTEM, at)


def _record(verb: str, row: Rehearsal, by: Actor, at: datetime) -> None:
    name = _name(row)
    told = {"name_en": name.en, "name_ja": name.ja}
    journal.record(f"playbooks.rehearsal.{verb}", actor=by, at=at, subject=(row.noun, row.key), particulars=told)


def _name(row: Rehearsal) -> Text:
    if row.noun == SEGMENT:
        called = Segment.objects.filter(pk=segments.own(row)).values_list("name", flat=True).first() or ""
        if "/" not in row.key:
            return Text(called or row.key, called or row.key)
        return Text(f"Draft of “{called}”", f"「{called}」の下書き") if called else Text("A draft", "下書き")
    key, _, number = row.key.rpartition("/")
    try:
        name = documents.from_dict(row.document).name
    except documents.DocumentError:  # what it was asked of cannot be read: it still has a key
        name = Text(key, key)
    return Text(f"{name.en} v{number}", f"{name.ja} v{number}")
