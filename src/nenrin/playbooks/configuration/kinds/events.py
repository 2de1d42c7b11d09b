"""The event catalogue by namespace: what each event name stands for. A name without an entry is unmapped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from nenrin.ingest import catalogue
from nenrin.ingest.catalogue import Use
from nenrin.ingest.models import EventName
from nenrin.playbooks.configuration import imagining
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking
from nenrin.values import Text

FIELDS = ("namespace", "events")
Meaning = tuple[str, str]
UNMAPPED: Meaning = ("unmapped", "")


class NotACatalogue(ValueError):
    """A file of events has its namespace and, under `events`, for each name what it stands for."""


def live() -> Mapping[str, Document]:
    spaces: dict[str, dict[str, Any]] = {}
    for row in EventName.objects.exclude(use="unmapped").order_by("namespace", "name"):
        meaning = {"use": row.use} | ({"feature": row.feature} if row.feature else {})
        spaces.setdefault(row.namespace, {})[row.name] = meaning
    return {space: {"namespace": space, "events": events} for space, events in spaces.items()}


def take(key: str, document: Document, taking: Taking) -> None:
    """Map what differs; what is mapped and not in the document is unmapped. The counts stay."""
    before, after = _standing(key), _read(document)
    wanted = {name: meaning for name, meaning in after.items() if before.get(name) != meaning}
    wanted |= {name: UNMAPPED for name in before if name not in after}
    rows = [(key, name, cast(Use, use), feature) for name, (use, feature) in sorted(wanted.items())]
    catalogue.map_many(rows, by=taking.by, at=taking.at)


def retire(key: str, taking: Taking) -> None:
    take(key, {"namespace": key, "events": {}}, taking)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """How many names get another meaning, how many events of the past are counted otherwise by it, and what comes of that:
    accounts that change colour, plays that would fire."""
    before, after = _standing(key), {} if document is None else _read(document)
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    counts = list(EventName.objects.filter(namespace=key, name__in=changed).values_list("events", flat=True))
    told = [
        Text(
            f"{len(after):,} names mapped; {len(changed):,} change, with {sum(counts):,} events counted so far",
            f"登録{len(after):,}件。うち変更{len(changed):,}件（これまでの利用ログ{sum(counts):,}件）",
        )
    ]
    if not counts:
        return told
    meanings = {(key, name): after.get(name, UNMAPPED) for name in changed}
    return [*told, *imagining.words(imagining.once_taken(lambda: None, at, meanings))]


def _standing(namespace: str) -> dict[str, Meaning]:
    rows = EventName.objects.filter(namespace=namespace).exclude(use="unmapped")
    return {name: (use, feature) for name, use, feature in rows.values_list("name", "use", "feature")}


def _read(document: Document) -> dict[str, Meaning]:
    """Each name's use and feature. Raises NotACatalogue with the part that is wrong."""
    events = document.get("events")
    if not isinstance(events, Mapping):
        raise NotACatalogue("events: names with what each stands for are expected")
    if unknown := sorted(set(document) - set(FIELDS)):
        raise NotACatalogue(f"{unknown[0]}: not a part of a file of events ({', '.join(FIELDS)})")
    if len(events) > catalogue.MOST_NAMES:
        raise NotACatalogue(f"events: {len(events):,} names, at most {catalogue.MOST_NAMES:,} are expected")
    return {name: _meaning(name, told) for name, told in events.items()}


def _meaning(name: Any, told: Any) -> Meaning:  # Any: a document is read as it came
    """`login`, or {use: key_feature, feature: reports}; a key feature is named after its event unless it has a name."""
    if not isinstance(name, str) or not name.strip() or len(name) > catalogue.LONGEST_NAME or "\0" in name:
        raise NotACatalogue(f"{name!r}: a name of 1 to {catalogue.LONGEST_NAME} characters is expected")
    parts = {"use": told} if isinstance(told, str) else told
    if not isinstance(parts, Mapping) or not set(parts) <= {"use", "feature"}:
        raise NotACatalogue(f"{name}: a use, or use and feature, are expected")
    use, feature = str(parts.get("use", "")), str(parts.get("feature") or "")
    if use == "key_feature":
        feature = feature or name[:80]
    uses = [one for one in EventName.USES if one != "unmapped"]
    if use not in uses or (feature and use != "key_feature") or len(feature) > 80:
        expected = f"one of {', '.join(uses)}; a feature of at most 80 characters with key_feature alone"
        raise NotACatalogue(f"{name}: {expected}")
    return use, feature


KIND = Kind("events", Text("Events", "イベント"), live, take, retire, effect, (catalogue.UnknownUse, NotACatalogue))
