"""Playbooks that this team lives by: three have been live for some weeks, with accounts at every place of them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.models import Entry
from nenrin.playbooks import library, playbooks, playing, reactions, runs, sweeps
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.replaying import replays
from nenrin.simulator.writer.accounts import Book

#: The colleague who answers for them.
WHO = "takagi"
#: Live for so many days; what their triggers had heard of by then came in.
HEARING_DAYS, LOOKING_DAYS, PLAYED_AT = 35, 9, (9, 8, 7, 6, 5, 3, 1, 0)
ONLY = {"detractor": {}, "low-usage": {"with_standing": True}, "notice-deadline": {"with_standing": True}}
REHEARSED = ("low-usage", "detractor")
#: A draft that is being worked on, and one that waits to be looked at.
DRAFTED, ASKED = "champion-left", "success-story"


def played(book: Book, *, now: datetime, is_whole: bool = True) -> int:
    """Publish, let what happened since begin its runs, and play them day by day; returns how many are live.

    Replays are asked for; a worker computes them where it is not to be whole.
    """
    by = book.ground.actor(WHO)
    begun = now - timedelta(HEARING_DAYS)
    for key, changes in ONLY.items():
        since = begun if key == "detractor" else now - timedelta(LOOKING_DAYS)
        _published(key, changes, by, since, now)
    for key in (DRAFTED, ASKED):
        playbooks.draft(library.documents()[key], by=by, at=now - timedelta(2))
    playbooks.ask(Playbook.objects.get(key=ASKED), by=by, at=now - timedelta(1))
    _lived(begun, now)
    _intervened(book, now)
    for version in PlaybookVersion.objects.filter(state="live", playbook__key__in=REHEARSED):
        replays.ask(version, by=by, at=now)
    while is_whole and replays.step(now):
        pass
    return len(ONLY)


def _published(key: str, changes: dict[str, Any], by: Any, since: datetime, now: datetime) -> None:
    document = {**library.documents()[key], **changes}
    review = {"review_on": (now + timedelta(30 if key == "low-usage" else -3)).date().isoformat()}
    document["hypothesis"] = {**document.get("hypothesis", {}), **review}
    playbooks.draft(document, by=by, at=since)
    playbooks.publish(Playbook.objects.get(key=key), by=by, at=since, note="効果検証とあわせて開始")


def _lived(begun: datetime, now: datetime) -> None:
    """What the journal told since, each sign at its own moment; then the steps, morning after morning."""
    told = Entry.objects.filter(recorded_at__gte=begun, account__isnull=False, action="ingest.answer.given")
    for entry in told.order_by("recorded_at"):
        with transaction.atomic():
            reactions.hear([entry], entry.recorded_at)
        playing.play(entry.recorded_at + timedelta(minutes=5))
    sweeps.look(now - timedelta(LOOKING_DAYS))
    for days in PLAYED_AT:
        playing.play(now - timedelta(days))
    journal.seal()
    newest = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    if newest is not None:
        journal.advance(reactions.READER, newest)


def _intervened(book: Book, now: datetime) -> None:
    """One run was ended by hand: the owner had settled the matter already."""
    run = Run.objects.filter(playbook__key="notice-deadline", state="waiting").order_by("pk").first()
    if run is not None:
        runs.end(run, by=book.ground.actor("sato"), at=now - timedelta(1))
