"""Playbooks that are live, read once a round: row, version, document, and the order of its steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from nenrin.analytics.conditions import Fields
from nenrin.playbooks import reading, triggers
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.playbooks import Trigger
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.documents.programs import Program, laid_out
from nenrin.playbooks.models import Playbook, PlaybookVersion


@dataclass(frozen=True, slots=True)
class Live:
    """A version as it is played. `problem`: it cannot be read any more, so nobody comes in and nobody moves by it."""

    row: Playbook
    version: PlaybookVersion
    document: Document
    program: Program
    problem: Unreadable | None = None


def of(version: PlaybookVersion, fields: Fields, setting: Setting) -> Live:
    """As a draft is read: what is gone is a problem. Raises Unreadable."""
    document = reading.from_dict(version.document, fields, setting)
    return Live(version.playbook, version, document, laid_out(document))


def stored(version: PlaybookVersion, fields: Fields, setting: Setting) -> Live:
    """A version that was published once: it goes on with colleagues, segments or templates that are gone since.

    Steps fall back on somebody else or fail where they stand; only what has no meaning any more is a `problem`.
    """
    found = reading.stored(version.document, fields, setting)
    problem = Unreadable(found.problems) if found.problems else None
    return Live(version.playbook, version, found.playbook, laid_out(found.playbook), problem)


def readable(version: PlaybookVersion, fields: Fields, setting: Setting) -> Live:
    """The same, for what needs all of it: a draft strictly. Raises Unreadable."""
    if version.state in ("draft", "asked"):
        return of(version, fields, setting)
    live = stored(version, fields, setting)
    if live.problem is not None:
        raise live.problem
    return live


def current(fields: Fields, setting: Setting) -> list[Live]:
    """Live and not paused, by key; also those with a problem."""
    return [stored(version, fields, setting) for version in versions()]


def versions() -> Iterable[PlaybookVersion]:
    rows = PlaybookVersion.objects.filter(
        state="live", playbook__paused_at__isnull=True, playbook__archived_at__isnull=True
    )
    return rows.select_related("playbook").order_by("playbook__key")


def digest(trigger: Trigger) -> str:
    """A trigger by what it says: the same through versions that leave it as it is."""
    written = {"trigger": trigger.kind, **reading.written(triggers.KINDS[trigger.kind].params, trigger.values)}
    canonical = json.dumps(written, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:40]
