"""Playbooks by their key. What has a number of this installation is called by name in the files: see `portable`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nenrin.playbooks import playbooks
from nenrin.playbooks.configuration import firing, portable
from nenrin.playbooks.configuration.counts import doing
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, Unpublished, unpublished
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.models.run import OPEN
from nenrin.values import Text


def live() -> Mapping[str, Document]:
    rows = PlaybookVersion.objects.filter(state="live").select_related("playbook")
    names = portable.names()
    return {row.playbook.key: portable.written(row.document, names) for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    row = playbooks.draft(portable.read(document), by=taking.by, at=taking.at, note=taking.note)
    playbooks.publish(row.playbook, by=taking.by, at=taking.at, note=taking.note)


def retire(key: str, taking: Taking) -> None:
    for row in Playbook.objects.filter(key=key, versions__state="live"):
        playbooks.retire(row, by=taking.by, at=taking.at, note=taking.note)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """Whom it is for now, and who is under way."""
    running = Run.objects.filter(playbook__key=key, state__in=OPEN).count()
    under_way = Text(
        f"{doing(running, 'is', 'are', 'run')} under way and {'keeps its' if running == 1 else 'keep their'} version",
        f"実行中{running:,}件は現在の版のまま継続",
    )
    if document is None:
        return [under_way, Text("Nobody new comes in", "新しい対象は入らない")]
    return [*firing.once_live(portable.read(document), at), under_way]


def draft(key: str) -> Unpublished | None:
    rows = PlaybookVersion.objects.filter(playbook__key=key, state__in=playbooks.DRAFTS)
    row = rows.select_related("author").first()
    return None if row is None else unpublished(row, portable.written(row.document))


KIND = Kind(
    "playbooks", Text("Playbook", "プレイブック"), live, take, retire, effect,
    (Unreadable, playbooks.Stale, playbooks.NoDraft, playbooks.NotLive), draft,
)  # fmt: skip
