"""Playbooks: drafted, looked at, published, retired; their versions never change once they were live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from nenrin.analytics.conditions import Fields
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.playbooks import ending, holdouts, hypotheses, imprint, lives, passing, reading, reasons, setting, sweeps
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import PassedBy, Playbook, PlaybookVersion, Run
from nenrin.playbooks.models.playbook import VersionState
from nenrin.playbooks.models.run import OPEN, RunState
from nenrin.playbooks.triggers.shape import Now
from nenrin.values import Text

#: Runs that end together.
CHUNK = 500
DRAFTS = (VersionState.DRAFT, VersionState.ASKED)


class NoDraft(LookupError):
    """There is no draft of this playbook: save one first."""


class Stale(ValueError):
    """Somebody saved this draft after you opened it: look at their changes and save again."""


class NotLive(LookupError):
    """No version of this playbook is live."""


def read(document: Mapping[str, Any] | str) -> Document:
    """The playbook that a document (YAML or plain values) states. Raises Unreadable with every problem by its place."""
    fields, choices = setting.current()
    if isinstance(document, str):
        return reading.from_yaml(document, fields, choices)
    return reading.from_dict(document, fields, choices)


def draft(
    document: Mapping[str, Any] | str, *, by: Actor, at: datetime, note: str = "", seen: datetime | None = None,
    owner: Member | None = None,
) -> PlaybookVersion:  # fmt: skip
    """Save the draft of a playbook, in place of the one there is. Journal: playbooks.playbook.drafted.

    Raises Unreadable; Stale where the draft changed after `seen`. Safe to repeat. A draft that waits for a look is one
    that nobody has asked to look at again.
    """
    found = read(document)
    with transaction.atomic():
        playbook = Playbook.objects.filter(key=found.key).first() or Playbook.objects.create(
            key=found.key, owner_id=owner.pk if owner else by.member, created_at=at
        )
        row = _draft(playbook)
        if row is not None and seen is not None and row.changed_at != seen:
            raise Stale(Stale.__doc__)
        row = row or PlaybookVersion(playbook=playbook, number=_next(playbook), created_at=at)
        row.document, row.note, row.state, row.asked_at = reading.to_dict(found), note, VersionState.DRAFT, None
        row.name_en, row.name_ja = found.name.en[:200], found.name.ja[:200]
        row.review_on, row.author_id, row.changed_at = found.hypothesis.review_on, by.member, at
        row.save()
        _record("drafted", row, by, at)
    return row


def ask(playbook: Playbook, *, by: Actor, at: datetime) -> PlaybookVersion:
    """Have the draft looked at by somebody who may publish. Safe to repeat. Raises NoDraft.

    Journal: playbooks.playbook.asked.
    """
    with transaction.atomic():
        row = _wanted(playbook)
        if row.state != VersionState.ASKED:
            row.state, row.asked_at = VersionState.ASKED, at
            row.save(update_fields=["state", "asked_at"])
            _record("asked", row, by, at)
    return row


def publish(
    playbook: Playbook, *, by: Actor, at: datetime, note: str = "", seen: datetime | None = None
) -> PlaybookVersion:
    """Make the draft live; the version before it is retired, and its runs keep it unless they are moved.

    Whoever meets a condition now is not let in by it, unless the playbook says so, or unless they were left alone and
    it has become a notice that nobody may miss. Raises NoDraft, Stale, Unreadable,
    the last also where it does not say what it should change, by how much, and when that is looked at, unless it says
    word for word what was live before: going back is never refused for that.
    Journal: playbooks.playbook.published.
    """
    with transaction.atomic():
        row = _wanted(playbook)
        if seen is not None and row.changed_at != seen:
            raise Stale(Stale.__doc__)
        fields, choices = setting.current()
        live = lives.of(row, fields, choices)
        imprint.check(live.document)
        _check_hypothesis(live, fields, choices)
        known = _digests(playbook, fields, choices)
        playbook.versions.filter(state=VersionState.LIVE).update(state=VersionState.RETIRED, retired_at=at)
        row.state, row.published_at, row.published_by_id, row.note = VersionState.LIVE, at, by.member, note or row.note
        row.save()
        Playbook.objects.filter(pk=playbook.pk, live_since__isnull=True).update(live_since=at)
        Playbook.objects.filter(pk=playbook.pk).update(archived_at=None)
        sweeps.forget(playbook, [lives.digest(trigger) for trigger in live.document.triggers])
        if not live.document.with_standing:
            sweeps.remember(live, Now(at, organisation.today(at), fields), known)
        if holdouts.is_notice(live.document):
            sweeps.forget_left_alone(playbook)
        _record("published", row, by, at, note=row.note or "—")
    return row


def _digests(playbook: Playbook, fields: Fields, choices: Setting) -> set[str]:
    """The triggers that are live now."""
    rows = playbook.versions.filter(state=VersionState.LIVE).select_related("playbook")
    return {lives.digest(one) for row in rows for one in lives.stored(row, fields, choices).document.triggers}


def _check_hypothesis(live: Live, fields: Fields, choices: Setting) -> None:
    """Raises Unreadable, unless an earlier version, which was live, says the same."""
    try:
        hypotheses.check(live.document)
    except Unreadable:
        earlier = live.row.versions.filter(published_at__isnull=False).exclude(pk=live.version.pk)
        if not any(lives.stored(one, fields, choices).document == live.document for one in earlier):
            raise


def discard(playbook: Playbook, *, by: Actor, at: datetime) -> None:
    """Throw the draft away; a playbook that never was more is gone with it. Safe to repeat.

    Journal: playbooks.playbook.discarded.
    """
    with transaction.atomic():
        row = _draft(playbook)
        if row is None:
            return
        _record("discarded", row, by, at)
        row.delete()
        if not playbook.versions.exists():
            playbook.delete()


def retire(playbook: Playbook, *, by: Actor, at: datetime, note: str = "", end_runs: bool = False) -> None:
    """Take it out of use: nobody new comes in; who is inside goes on to the end, or with `end_runs` ends now.

    Runs end in transactions of 500; what an interruption left is ended by asking again. Raises NotLive.
    Journal: playbooks.playbook.retired, and playbooks.run.exited for each that ends.
    """
    with transaction.atomic():
        row = playbook.versions.filter(state=VersionState.LIVE).first()
        if row is None and not (end_runs and Run.objects.filter(playbook=playbook, state__in=OPEN).exists()):
            raise NotLive(NotLive.__doc__)
        if row is not None:
            row.state, row.retired_at = VersionState.RETIRED, at
            row.save(update_fields=["state", "retired_at"])
            sweeps.forget(playbook)
            Playbook.objects.filter(pk=playbook.pk).update(live_since=None)
            _record("retired", row, by, at, note=note or "—")
    while end_runs and _ended(playbook, by, at):
        pass


def _ended(playbook: Playbook, by: Actor, at: datetime) -> int:
    """End the next open runs; returns how many."""
    with transaction.atomic():
        rows = Run.objects.select_for_update(of=("self",)).filter(playbook=playbook, state__in=OPEN)
        some = list(rows.select_related("version").order_by("pk")[:CHUNK])
        for run in some:
            ending.end(run, RunState.EXITED, "retired", reasons.said("retired"), at, by=by)
    return len(some)


def pause(playbook: Playbook, *, why: str, by: Actor, at: datetime) -> None:
    """Nobody comes in and nobody moves until it goes on. Safe to repeat. Journal: playbooks.playbook.paused."""
    with transaction.atomic():
        if Playbook.objects.filter(pk=playbook.pk, paused_at__isnull=True).update(paused_at=at, paused_why=why[:300]):
            _record("paused", _newest(playbook), by, at, note=why or "—")


def resume(playbook: Playbook, *, by: Actor, at: datetime) -> PassedBy | None:
    """It goes on. What was told meanwhile is not made up for, and counted soon: conditions that still hold do so once.

    Returns the count that the worker will fill; None where it was not paused, or nothing is live. Safe to repeat.
    Journal: playbooks.playbook.resumed, and later playbooks.playbook.passed where signs passed it by.
    """
    with transaction.atomic():
        since = Playbook.objects.select_for_update().values_list("paused_at", flat=True).get(pk=playbook.pk)
        if since is None:
            return None
        Playbook.objects.filter(pk=playbook.pk).update(paused_at=None, paused_why="")
        _record("resumed", _newest(playbook), by, at)
        return passing.note(playbook, since, at)


def roll_back(version: PlaybookVersion, *, by: Actor, at: datetime) -> PlaybookVersion:
    """An earlier version as the new draft."""
    return draft(version.document, by=by, at=at, note=f"v{version.number}")


def _draft(playbook: Playbook) -> PlaybookVersion | None:
    return playbook.versions.filter(state__in=DRAFTS).first()


def _wanted(playbook: Playbook) -> PlaybookVersion:
    row = _draft(playbook)
    if row is None:
        raise NoDraft(NoDraft.__doc__)
    return row


def _newest(playbook: Playbook) -> PlaybookVersion:
    return playbook.versions.filter(state=VersionState.LIVE).first() or playbook.versions.order_by("-number")[0]


def _next(playbook: Playbook) -> int:
    return (playbook.versions.aggregate(n=Max("number"))["n"] or 0) + 1


def _record(verb: str, row: PlaybookVersion, by: Actor, at: datetime, **more: object) -> None:
    told = {"name_en": row.name_en, "name_ja": row.name_ja, "number": row.number, **more}
    subject = ("playbook", row.playbook_id)
    journal.record(f"playbooks.playbook.{verb}", actor=by, at=at, subject=subject, particulars=told)


def names_of(version: PlaybookVersion) -> Text:
    return Text(version.name_en, version.name_ja)
