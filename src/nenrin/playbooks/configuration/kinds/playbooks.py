"""Playbooks by their key. A segment is called by its name in the files: its number differs between installations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nenrin.analytics import conditions
from nenrin.insight import segments
from nenrin.insight.models import Segment
from nenrin.playbooks import playbooks
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.models.run import OPEN
from nenrin.values import Text


def live() -> Mapping[str, Document]:
    names = {str(pk): name for pk, name in Segment.objects.values_list("pk", "name")}
    rows = PlaybookVersion.objects.filter(state="live").select_related("playbook")
    return {row.playbook.key: _renamed(row.document, lambda key: names.get(key, key)) for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    row = playbooks.draft(_numbered(document), by=taking.by, at=taking.at, note=taking.note)
    playbooks.publish(row.playbook, by=taking.by, at=taking.at, note=taking.note)


def retire(key: str, taking: Taking) -> None:
    for row in Playbook.objects.filter(key=key, versions__state="live"):
        playbooks.retire(row, by=taking.by, at=taking.at, note=taking.note)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """Whom it is for now, and who is under way."""
    running = Run.objects.filter(playbook__key=key, state__in=OPEN).count()
    under_way = Text(
        f"{running:,} runs are under way and keep their version", f"実行中{running:,}件は現在の版のまま継続"
    )
    if document is None:
        return [under_way, Text("Nobody new comes in", "新しい対象は入らない")]
    found = playbooks.read(_numbered(document))
    met = len(segments.accounts_in(conditions.dump(found.audience), at=at))
    return [
        Text(f"Its condition holds for {met:,} accounts now", f"対象の条件に該当する顧客は現在{met:,}社"),
        under_way,
    ]


def _numbered(document: Document) -> dict[str, Any]:
    numbers = {name: str(pk) for pk, name in Segment.objects.filter(archived_at__isnull=True).values_list("pk", "name")}
    return _renamed(document, lambda name: numbers.get(name, name))


def _renamed(document: Document, named: Callable[[str], str]) -> dict[str, Any]:
    """The document with other names of segments in its triggers."""
    triggers = document.get("when")
    if not isinstance(triggers, list):
        return dict(document)
    return {**document, "when": [_retold(one, named) for one in triggers]}


def _retold(trigger: Any, named: Callable[[str], str]) -> Any:  # Any: a document is read as it came
    if not isinstance(trigger, Mapping) or "segment" not in trigger:
        return trigger
    return {**trigger, "segment": named(str(trigger["segment"]))}


KIND = Kind(
    "playbooks", Text("Playbook", "プレイブック"), live, take, retire, effect,
    (Unreadable, playbooks.Stale, playbooks.NoDraft, playbooks.NotLive),
)  # fmt: skip
