"""REST: events set aside: read them, send them through the drain again, or give them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

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
    """Which ones: by their ids, all of a reason, or all. At most 1,000 a call, the oldest first."""

    ids: Annotated[list[Id], Field(max_length=MOST)] = []
    reason: Word = ""
    all: bool = False


class Settled(Strict):
    settled: int
    left: int


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


def _settled(body: Settling, request: ApiRequest, deed: Callable[..., int]) -> dict[str, int]:
    if not (body.ids or body.reason or body.all):
        raise Refused.one("ids", UNSAID)
    rows = Quarantined.objects.filter(state__in=OPEN)
    if body.ids:
        rows = rows.filter(pk__in=body.ids)
    if body.reason:
        rows = rows.filter(reason=body.reason)
    chosen = list(rows.order_by("pk")[:MOST])
    settled = deed(chosen, by=Actor.of(request.member), at=request.at) if chosen else 0
    return {"settled": settled, "left": Quarantined.objects.filter(state="waiting").count()}
