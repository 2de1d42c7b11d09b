"""REST: the event catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Header, Query, Router
from pydantic import StringConstraints

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Strict, Window, Word, expected, page
from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import catalogue
from nenrin.ingest.models import EventName
from nenrin.values import Text

router = Router(tags=["events"])
Use = Literal["unmapped", "login", "key_feature", "first_value", "other", "ignore"]
Feature = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
SORTS = {"id", "events", "name", "last_seen_at"}
FULL = Text(
    f"this namespace has {catalogue.MOST_NAMES:,} names already", "このネームスペースの名前が上限に達しています"
)


class EventOut(Strict):
    """A name with what it stands for. `feature` is the key of a key feature. Days are by arrival; null: not seen yet."""

    namespace: str
    name: str
    use: str
    feature: str
    events: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    version: int


class EventIn(Strict):
    """What an event stands for, from now on and for all its past. Without `feature` a key feature is named as its event."""

    use: Use
    feature: Feature = ""
    version: int | None = None


class EventFilters(Window):
    namespace: Word = ""
    use: Use | None = None
    q: Word = ""


def shown(rows: Sequence[EventName]) -> list[dict[str, Any]]:
    plain = ("namespace", "name", "use", "feature", "events", "version")
    return [
        {name: getattr(row, name) for name in plain}
        | {
            "first_seen_at": row.first_seen_at if row.events else None,
            "last_seen_at": row.last_seen_at if row.events else None,
        }
        for row in rows
    ]


@router.get("", response=Page[EventOut], summary="List events")
@grants(Permission.DATA_VIEW)
def list_events(request: ApiRequest, filters: Query[EventFilters]) -> Any:
    """Every event name with its count, when it was first and last seen, and what it stands for."""
    rows = EventName.objects.filter(name__icontains=filters.q)
    if filters.namespace:
        rows = rows.filter(namespace=filters.namespace)
    if filters.use:
        rows = rows.filter(use=filters.use)
    return page(rows, filters, SORTS, shown)


@router.put("/{namespace}/{path:name}", response=EventOut, summary="Map an event")
@grants(Permission.DATA_EDIT)
def map_event(
    request: ApiRequest, namespace: str, name: str, body: EventIn, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Say what an event stands for; one that was not seen yet, too. Safe to repeat; usage measures follow within minutes."""
    feature = (body.feature.strip() or name[:80]) if body.use == "key_feature" else body.feature.strip()
    if feature and body.use != "key_feature":
        raise Refused.one("feature", Text("only with the use key_feature", "key_featureの場合のみ"), body.feature)
    row = _named(namespace, name)
    asked = expected(if_match, body.version)
    if row is not None and asked is not None and asked != row.version:
        mine, theirs = {"use": body.use, "feature": feature}, {"use": row.use, "feature": row.feature}
        raise Conflict(f"{namespace}|{name}", asked=asked, stands=row.version, mine=mine, theirs=theirs)
    if row is None or (row.use, row.feature) != (body.use, feature):
        meaning = (namespace, name, body.use, feature)
        row = catalogue.map_many([meaning], by=Actor.of(request.member), at=request.at)[0]
    response["ETag"] = f'"{row.version}"'
    return shown([row])[0]


def _named(namespace: str, name: str) -> EventName | None:
    """The row of this name; None for one not seen yet, which may still be added. Raises Refused."""
    _short_enough("namespace", namespace, 60)
    _short_enough("name", name, catalogue.LONGEST_NAME)
    rows = EventName.objects.filter(namespace=namespace)
    found = rows.filter(name=name).first()
    if found is None and rows.count() >= catalogue.MOST_NAMES:
        raise Refused.one("name", FULL, name)
    return found


def _short_enough(field: str, value: str, longest: int) -> None:
    if not value.strip() or len(value) > longest or any(ord(sign) < 32 for sign in value):
        expected_text = Text(f"1 to {longest} characters, no control characters", f"1〜{longest}文字（制御文字は不可）")
        raise Refused.one(field, expected_text, value[:200])
