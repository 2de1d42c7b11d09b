"""REST: an account's timeline: every entry about it in one stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Query, Router, Schema

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Word
from nenrin.api.reach import editable
from nenrin.foundation import journal
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import timeline

router = Router(tags=["timeline"])
Kind = Literal[
    "talk", "task", "work", "mail", "score", "ticket", "answer", "invoice", "contract", "people", "account", ""
]


class TimelineWindow(Schema):
    """`kind` leaves one kind; `cursor` is `next` of the page before."""

    kind: Kind = ""
    limit: int = Field(50, ge=1, le=200)
    cursor: Word = ""


class MomentOut(Strict):
    """One entry. `valid_at`: when it was true; `recorded_at`: when it could be known. Words in both languages; personal
    ones are dashes for roles that do not read personal data."""

    id: int
    valid_at: datetime
    recorded_at: datetime
    kind: str | None
    action: str
    text: dict[str, str]
    body: dict[str, str]


@router.get("/{int:account_id}/timeline", response=Page[MomentOut], summary="Get an account's timeline")
@grants(Permission.TIMELINE_VIEW)
def get_timeline(request: ApiRequest, account_id: Id, window: Query[TimelineWindow]) -> Any:
    """Notes, meetings, tickets, answers, contracts, changes of health: everything, the newest first."""
    account = editable(request.member, Permission.TIMELINE_VIEW, account_id)
    kind = timeline.OF_KEY.get(window.kind)
    rows, following = timeline.entries(account.pk, kind=kind, before=window.cursor, size=window.limit)
    may_read = visible(request.member, FieldClass.PERSONAL)
    return {"items": [_moment(row, may_read) for row in rows], "next": following}


def _moment(entry: Entry, may_read: bool) -> dict[str, Any]:
    personal = getattr(entry, "personal", None) if may_read else None
    words = personal.payload if personal else {}
    kind = timeline.of_entry(entry)
    return {
        "id": entry.pk,
        "valid_at": entry.valid_at,
        "recorded_at": entry.recorded_at,
        "kind": kind.key if kind else None,
        "action": entry.action,
        "text": _both(journal.sentence(entry, words)),
        "body": _both(timeline.body(entry, words)),
    }


def _both(told: Text | str) -> dict[str, str]:
    return {"en": told.en, "ja": told.ja} if isinstance(told, Text) else {"en": told, "ja": told}
