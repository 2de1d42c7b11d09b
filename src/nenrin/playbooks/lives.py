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
    """A version as it is played."""

    row: Playbook
    version: PlaybookVersion
    document: Document
    program: Program


@dataclass(frozen=True, slots=True)
class Unread:
    """A live version that can no longer be read: an attribute, a segment or a colleague in it is gone."""

    version: PlaybookVersion
    problem: Unreadable


def of(version: PlaybookVersion, fields: Fields, setting: Setting) -> Live:
    """Raises Unreadable."""
    document = reading.from_dict(version.document, fields, setting)
    return Live(version.playbook, version, document, laid_out(document))


def current(fields: Fields, setting: Setting) -> list[Live]:
    """Live and not paused, readable; by key."""
    found = (_tried(version, fields, setting) for version in versions())
    return [one for one in found if isinstance(one, Live)]


def versions() -> Iterable[PlaybookVersion]:
    rows = PlaybookVersion.objects.filter(
        state="live", playbook__paused_at__isnull=True, playbook__archived_at__isnull=True
    )
    return rows.select_related("playbook").order_by("playbook__key")


def _tried(version: PlaybookVersion, fields: Fields, setting: Setting) -> Live | Unread:
    try:
        return of(version, fields, setting)
    except Unreadable as problem:
        return Unread(version, problem)


def digest(trigger: Trigger) -> str:
    """A trigger by what it says: the same through versions that leave it as it is."""
    written = {"trigger": trigger.kind, **reading.written(triggers.KINDS[trigger.kind].params, trigger.values)}
    canonical = json.dumps(written, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:40]
