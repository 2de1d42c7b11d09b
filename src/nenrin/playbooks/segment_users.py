"""What goes by a segment: while something does, the segment is not put away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction

from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models.saved_view import SavedView
from nenrin.insight import segments
from nenrin.insight.models import Segment
from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text
from nenrin.work.models import Journey


class InUse(ValueError):
    """Take the segment out of what goes by it first."""

    def __init__(self, users: tuple[Text, ...]) -> None:
        self.users = users
        super().__init__(self.told.en)

    @property
    def told(self) -> Text:
        en, ja = ", ".join(one.en for one in self.users), "、".join(one.ja for one in self.users)
        return Text(
            f"The segment is in use. Take it out of these first: {en}.",
            f"このセグメントは使用中です。先に次の設定から外してください：{ja}。",
        )


def of(segment: Segment) -> tuple[Text, ...]:
    """Live playbooks that wait for it, journeys in use for it, views of it that are shared, the team's first steps."""
    return (*_playbooks(segment), *_journeys(segment), *_views(segment), *_start(segment))


def archive(segment: Segment, *, by: Actor, at: datetime) -> None:
    """Put a segment away that nothing goes by. Safe to repeat. Raises InUse. Journal: insight.segment.archived."""
    with transaction.atomic():
        Segment.objects.select_for_update().filter(pk=segment.pk).first()
        if users := of(segment):
            raise InUse(users)
        segments.archive(segment, by=by, at=at)


def _playbooks(segment: Segment) -> Iterator[Text]:
    """Also paused ones: they go on."""
    rows = PlaybookVersion.objects.filter(state="live", playbook__archived_at__isnull=True).select_related("playbook")
    for row in rows.order_by("playbook__key"):
        if any(_waits(one, segment) for one in row.document.get("when") or ()):
            name = row.document.get("name") or {}
            en, ja = name.get("en") or row.playbook.key, name.get("ja") or row.playbook.key
            yield Text(f"playbook “{en}”", f"プレイブック「{ja}」")


def _waits(trigger: Any, segment: Segment) -> bool:
    """Any: a part of a stored document."""
    return trigger.get("trigger") == "segment" and str(trigger.get("segment")) == str(segment.pk)


def _journeys(segment: Segment) -> Iterator[Text]:
    rows = Journey.objects.filter(segment=segment, archived_at__isnull=True, versions__published_at__isnull=False)
    for key in rows.order_by("key").values_list("key", flat=True).distinct():
        yield Text(f"journey “{key}”", f"ジャーニー「{key}」")


def _views(segment: Segment) -> Iterator[Text]:
    """Those of a team or of everyone: one's own is nobody else's to know."""
    rows = SavedView.objects.filter(member__isnull=True, query__contains="segment=").order_by("name", "pk")
    for row in rows:
        if ("segment", str(segment.pk)) in parse_qsl(row.query):
            yield Text(f"shared view “{row.name}”", f"共有の一覧「{row.name}」")


def _start(segment: Segment) -> Iterator[Text]:
    if organisation.current().begins_with == f"segment:{segment.pk}":
        yield Text("what the team begins with (start small)", "最初に始める範囲（スモールスタート）")
