"""One stream per account: every journal entry about it, newest first, as sentences that the viewer may read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.web import telling
from nenrin.web.components import Moment
from nenrin.work import timeline
from nenrin.work.timeline import KINDS, Kind

__all__ = ["KINDS", "Stream", "stream"]
PAGE = 30


@dataclass(frozen=True, slots=True)
class Stream:
    """A page of the stream. `next_before` continues it; None at its end."""

    moments: tuple[Moment, ...]
    kind: Kind | None
    next_before: str | None

    @property
    def is_filtered(self) -> bool:
        return self.kind is not None


def stream(account: int, viewer: Member, asked: QueryDict, *, size: int = PAGE) -> Stream:
    """The entries of one account. `asked` may hold kind and before ("<instant>~<id>").

    Two queries: entries with their personal parts. Personal words are dashes for roles that may not read them.
    """
    kind = timeline.OF_KEY.get(asked.get("kind", ""))
    entries, following = timeline.entries(account, kind=kind, before=asked.get("before", ""), size=size)
    may_read = visible(viewer, FieldClass.PERSONAL)
    return Stream(tuple(_moment(entry, may_read) for entry in entries), kind, following)


def _moment(entry: Entry, may_read_personal: bool) -> Moment:
    personal = getattr(entry, "personal", None) if may_read_personal else None
    words = personal.payload if personal else {}
    kind = timeline.of_entry(entry)
    return Moment(
        title=telling.sentence(entry, words),
        at=entry.valid_at,
        body=timeline.body(entry, words),
        by=str(entry.particulars.get("by", "")),
        kind=kind.mark if kind else "",
        key=str(entry.pk),
    )
