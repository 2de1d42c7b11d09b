"""Segments by their name: the condition and the note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nenrin.analytics.conditions import Unreadable
from nenrin.foundation import format
from nenrin.insight import segments
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.playbooks import segment_users
from nenrin.playbooks.configuration import firing
from nenrin.playbooks.configuration.counts import those
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking
from nenrin.values import Text

FIELDS = ("segment", "note", "condition")


class NotASegment(ValueError):
    """A segment has its name, a note, and a condition."""


def live() -> Mapping[str, Document]:
    rows = Segment.objects.filter(archived_at__isnull=True)
    return {row.name: {"segment": row.name, "note": row.note, "condition": row.condition} for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    if unknown := sorted(str(name) for name in document if name not in FIELDS):
        raise NotASegment(f"{unknown[0]}: not a part of a segment ({', '.join(FIELDS)})")
    row = Segment.objects.filter(name=key).first()
    note = str(document.get("note") or "")
    segments.save(key, document.get("condition"), by=taking.by, at=taking.at, note=note, segment=row)


def retire(key: str, taking: Taking) -> None:
    for row in Segment.objects.filter(name=key, archived_at__isnull=True):
        segment_users.archive(row, by=taking.by, at=taking.at)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """How many accounts would be in it, and who would enter and leave now."""
    inside = set(
        SegmentMembership.objects.filter(segment__name=key, left_at__isnull=True).values_list("account", flat=True)
    )
    after = set() if document is None else set(segments.accounts_in(document.get("condition"), at=at))
    came, went = after - inside, inside - after
    row = Segment.objects.filter(name=key).first()
    return [
        Text(
            f"{format.counted(len(after), 'account')} in it: {those(len(came), 'enters', 'enter')}, {those(len(went), 'leaves', 'leave')}",
            f"該当{len(after):,}社（追加{len(came):,}、除外{len(went):,}）",
        ),
        *(firing.by_segment(str(row.pk), came, went, at) if row else []),
    ]


KIND = Kind(
    "segments", Text("Segment", "セグメント"), live, take, retire, effect,
    (Unreadable, segments.NameTaken, segments.Stale, segment_users.InUse, NotASegment), is_leant_on=True,
)  # fmt: skip
