"""Signs that passed a playbook by while it was paused: what the journal told, and nobody made a run of.

A long pause has many: they are counted by the worker after it goes on, while nobody waits for it and nothing is locked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import Error as DatabaseTrouble
from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry
from nenrin.playbooks import lives, reactions, setting, triggers
from nenrin.playbooks.models import PassedBy, Playbook, PlaybookVersion

log = logging.getLogger(__name__)

#: So much of the journal is read in one go.
SLICE = timedelta(days=1)


def note(playbook: Playbook, since: datetime, until: datetime) -> PassedBy | None:
    """Have what passed it by between these moments counted; None where no version is live. Part of the caller's
    transaction.

    What is not read yet is not passed by: it still begins runs.
    """
    version = playbook.versions.filter(state="live").first()
    if version is None:
        return None
    read = Cursor.objects.filter(reader=reactions.READER).values_list("sequence", flat=True).first() or 0
    return PassedBy.objects.create(playbook=playbook, version=version, since=since, until=until, read=read)


def step(at: datetime) -> int:
    """Count for the first pause that is not counted yet; returns how many were. Safe to repeat and to kill: a count is
    kept whole, and by one worker. What cannot be counted is kept as such, so that the next one's turn comes.

    Journal: playbooks.playbook.passed where signs passed it by.
    """
    row = PassedBy.objects.filter(signs__isnull=True).select_related("version__playbook").order_by("pk").first()
    if row is None:
        return 0
    try:
        heard = list(_heard(row))
    except DatabaseTrouble:
        raise
    except Exception:
        log.exception("what passed playbook %s by cannot be counted", row.playbook_id)
        return PassedBy.objects.filter(pk=row.pk, signs__isnull=True).update(signs=0, accounts=None)
    signs, accounts = len({entry for entry, _ in heard}), len({account for _, account in heard})
    with transaction.atomic():
        waiting = PassedBy.objects.filter(pk=row.pk, signs__isnull=True)
        if waiting.update(signs=signs, accounts=accounts) and signs:
            version = row.version
            told = {"name_en": version.name_en, "name_ja": version.name_ja, "number": version.number, "signs": signs,
                    "accounts": accounts}  # fmt: skip
            subject = ("playbook", row.playbook_id)
            journal.record("playbooks.playbook.passed", actor=SYSTEM, at=at, subject=subject, particulars=told)
    return 1


def last(playbook: Playbook) -> PassedBy | None:
    """The last pause that is over."""
    return PassedBy.objects.filter(playbook=playbook).order_by("-pk").first()


def _heard(row: PassedBy) -> Iterable[tuple[int, int]]:
    """(entry, account) of what its triggers would have heard, one or several times. Whether the playbook is for these
    accounts is not asked. Conditions are no part of it: those that hold are found when it goes on.
    """
    listening = [
        (trigger, triggers.KINDS[trigger.kind])
        for trigger in _live(row.version).document.triggers
        if triggers.KINDS[trigger.kind].hears is not None
    ]
    for trigger, kind in listening:
        assert kind.hears is not None
        told = Entry.objects.filter(
            account__isnull=False, sequence__lte=row.read, action__in=kind.hears(trigger.values)
        )
        for begin, end in _slices(row.since, row.until):
            for entry in told.filter(recorded_at__gte=begin, recorded_at__lt=end).iterator(2000):
                if kind.means(trigger.values, entry):
                    yield entry.pk, entry.account or 0


def _live(version: PlaybookVersion) -> lives.Live:
    fields, choices = setting.current()
    return lives.stored(version, fields, choices)


def _slices(since: datetime, until: datetime) -> Iterable[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + SLICE, until)
        since += SLICE
