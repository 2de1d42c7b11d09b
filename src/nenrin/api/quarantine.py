"""REST: events set aside: read them, send them through the drain again, or give them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Max
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.ingest import quarantine
from nenrin.ingest.models import Quarantined, Source
from nenrin.values import Text

router = Router(tags=["sources"])
SORTS = {"id", "received_at", "reason"}
MOST = 1_000
UNSAID = Text("ids, a reason, or all: true is expected", "ids、reason、all: trueのいずれかが必要")
OPEN = ("waiting", "retrying")


class QuarantinedOut(Strict):
    """`detail` and `body` are null for roles that do not read personal data."""

    id: int
    source_id: int
    source: str
    namespace: str
    received_at: datetime
    reason: str
    detail: str | None
    body: Any
    events: int
    state: str


class QuarantineFilters(Window):
    reason: Word = ""
    source_id: Id | None = None
    state: Literal["open", "stored", "dropped"] = "open"


class Settling(Strict):
    """Which ones: by their ids (at most 1,000), all of a reason, or all. A call goes on for some seconds, the oldest first, a
    thousand at a time; `after` and `through` of its answer, sent back, go on from there."""

    ids: Annotated[list[Id], Field(max_length=MOST)] = []
    reason: Word = ""
    all: bool = False
    after: Id | None = None
    through: Id | None = None


class Settled(Strict):
    """`settled` by this call; `left` of those meant. `after` is null once all are settled."""

    settled: int
    left: int
    after: int | None
    through: int


def shown(rows: Sequence[Quarantined], *, may_read: bool) -> list[dict[str, Any]]:
    names = dict(Source.objects.values_list("id", "name"))
    plain = ("id", "namespace", "received_at", "reason", "events", "state")
    return [
        {name: getattr(row, name) for name in plain}
        | {
            "source_id": row.source,
            "source": names.get(row.source, f"#{row.source}"),
            "detail": row.detail if may_read else None,
            "body": quarantine.as_sent(row) if may_read else None,
        }
        for row in rows
    ]


@router.get("", response=Page[QuarantinedOut], summary="List events set aside")
@grants(Permission.DATA_VIEW)
def list_quarantined(request: ApiRequest, filters: Query[QuarantineFilters]) -> Any:
    """Events that could not be stored, whole and with the reason."""
    rows = Quarantined.objects.filter(state__in=OPEN if filters.state == "open" else (filters.state,))
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    if filters.source_id:
        rows = rows.filter(source=filters.source_id)
    may_read = visible(request.member, FieldClass.PERSONAL)
    return page(rows, filters, SORTS, lambda found: shown(found, may_read=may_read))


@router.post("/retry", response=Settled, summary="Try events set aside again")
@grants(Permission.DATA_EDIT)
def retry_quarantined(request: ApiRequest, body: Settling) -> Any:
    """Send them through the drain again; what still cannot be stored comes back under the same reason."""
    return _settled(body, request, quarantine.retry)


@router.post("/discard", response=Settled, summary="Give up events set aside")
@grants(Permission.DATA_EDIT)
def discard_quarantined(request: ApiRequest, body: Settling) -> Any:
    """Give waiting events up. They stay counted as quarantined."""
    return _settled(body, request, quarantine.drop)


def _settled(body: Settling, request: ApiRequest, deed: quarantine.Deed) -> dict[str, int | None]:
    if not (body.ids or body.reason or body.all):
        raise Refused.one("ids", UNSAID)
    rows = Quarantined.objects.filter(state__in=OPEN)
    if body.ids:
        rows = rows.filter(pk__in=body.ids)
    if body.reason:
        rows = rows.filter(reason=body.reason)
    through = body.through or rows.aggregate(last=Max("pk"))["last"] or 0
    by, after = Actor.of(request.member), body.after or 0
    found = quarantine.settle_all(deed, rows, after=after, through=through, by=by, at=request.at)
    return {"settled": found.settled, "left": found.left, "after": found.after, "through": through}
