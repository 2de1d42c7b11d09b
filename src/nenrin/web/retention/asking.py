"""What the retention page was asked: on which day, by what, and of which segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.http import urlencode

from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.insight.lifetimes import books
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.models import Segment
from nenrin.insight.retention import curves
from nenrin.insight.retention.curves import Group, Retention
from nenrin.insight.retention.stays import WAYS, By
from nenrin.web.guard import MemberRequest
from nenrin.web.lifetimes import asking
from nenrin.web.lifetimes.asking import VIEW
from nenrin.web.listing import plain
from nenrin.web.retention import words


@dataclass(frozen=True)
class Asked:
    """`refused` names what made no sense and fell back; a segment is asked for where there is one."""

    known: date
    today: date
    by: By
    segment: Segment | None
    segments: tuple[Segment, ...]
    currency: str
    book: Book
    refused: tuple[str, ...]

    @cached_property
    def found(self) -> Retention:
        return curves.read(self.book, self.by, self.segment.pk if self.segment else None)

    def group(self, key: str) -> Group | None:
        return next((one for one in self.found.groups if one.key == key), None)

    def query(self, **more: str) -> str:
        asked = {"known": self.known.isoformat(), "by": self.by}
        if self.segment:
            asked["segment"] = str(self.segment.pk)
        return urlencode(asked | more)


def asked(request: MemberRequest, permission: Permission = VIEW) -> Asked:
    """From the address; whatever makes no sense falls back to the default and is named."""
    given, today = request.GET, organisation.today(request.at)
    refused: list[str] = []
    known = asking.day(given.get("known", ""), today, refused)
    by = _by(given, refused)
    segments = tuple(Segment.objects.filter(archived_at__isnull=True)) if by == "segment" else ()
    segment = asking.chosen(segments, given.get("segment"))
    book = books.read(known, asking.scope(request, permission))
    return Asked(known, today, by, segment, segments, organisation.current().currency, book, tuple(refused))


def _by(given: Mapping[str, str], refused: list[str]) -> By:
    told = plain(given.get("by")) or words.DEFAULT
    if told not in WAYS:
        refused.append("by")
        return words.DEFAULT
    return told
