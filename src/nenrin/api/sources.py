"""REST: sources of events: who may send, with which keys, how fast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Router
from ninja import Status as Answer
from pydantic import StringConstraints

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import sources, spool
from nenrin.ingest.models import Source
from nenrin.values import Text

router = Router(tags=["sources"])
VIEW, EDIT = Permission.SOURCES_VIEW, Permission.SOURCES_EDIT
MOST = 2_000_000_000
NAME_TAKEN = Text("another source has this name already", "同じ名前のソースが既にある")

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[-a-zA-Z0-9_]+$")]
Origin = Annotated[str, StringConstraints(max_length=200, pattern=r"^https?://[^\s/\x00-\x1f]+/?$")]
Kind = Literal["browser", "server", "relay", "import", "simulator"]
KnownAt = Literal["arrival", "column", "lag"]
Count = Annotated[int, Field(ge=0, le=MOST)]
Hours = Annotated[int, Field(ge=1, le=8760)]


class NewSource(Strict):
    """`limit` in events a second (0: none); `origins`: web pages that may send, none for any; `quiet_hours`: stale after."""

    name: Name
    kind: Kind = "server"
    namespace: Slug = "product"
    limit: Count = 0
    quiet_hours: Hours = 24
    origins: list[Origin] = Field([], max_length=100)
    known_at: KnownAt = "arrival"
    lag_hours: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    joins_company: bool = True


class SourceIn(Strict):
    """Settings to change."""

    name: Name | None = None
    kind: Kind | None = None
    namespace: Slug | None = None
    limit: Count | None = None
    quiet_hours: Hours | None = None
    origins: Annotated[list[Origin], Field(max_length=100)] | None = None
    known_at: KnownAt | None = None
    lag_hours: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    joins_company: bool | None = None


class SourceOut(Strict):
    """The write key is public, as it stands in browsers. `received` and `limited` count events; `limited` is "at least"."""

    id: int
    name: str
    kind: str
    namespace: str
    write_key: str
    limit: int
    quiet_hours: int
    origins: list[str]
    known_at: str
    lag_hours: int
    joins_company: bool
    is_active: bool
    has_previous_keys: bool
    created_at: datetime
    closed_at: datetime | None
    last_event_at: datetime | None
    is_stale: bool
    received: int
    limited: int


class SourceKeysOut(SourceOut):
    """With the secret key: it is told this once."""

    secret_key: str


_PLAIN = (
    *("id", "name", "kind", "namespace", "write_key", "limit", "quiet_hours", "known_at", "lag_hours"),
    *("joins_company", "is_active", "created_at", "closed_at"),
)


def shown(rows: Sequence[Source], at: datetime) -> list[dict[str, Any]]:
    received, limited, latest = spool.received(), spool.limited(), spool.latest()
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {
            "origins": [line for line in row.origins.splitlines() if line.strip()],
            "has_previous_keys": bool(row.previous_write_key),
            "last_event_at": latest.get(row.pk),
            "is_stale": row.is_active and _silent_too_long(row, latest.get(row.pk), at),
            "received": received.get(row.pk, 0),
            "limited": limited.get(row.pk, 0),
        }
        for row in rows
    ]


def _silent_too_long(row: Source, last: datetime | None, at: datetime) -> bool:
    return last is None or (at - last).total_seconds() > row.quiet_hours * 3600


def _one(key: int) -> Source:
    row = Source.objects.filter(pk=key).first()
    if row is None:
        raise Http404(f"no source {key}")
    return row


def _answer(row: Source, request: ApiRequest) -> dict[str, Any]:
    return shown([row], request.at)[0]


def _told(keys: sources.Keys, request: ApiRequest, response: HttpResponse) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    return _answer(keys.source, request) | {"secret_key": keys.secret_key}


@router.get("", response=list[SourceOut], summary="List sources")
@grants(VIEW)
def list_sources(request: ApiRequest) -> Any:
    """Every source with its settings, freshness and volume; the closed ones last."""
    return shown(list(Source.objects.order_by("-is_active", "name")), request.at)


@router.post("", response={201: SourceKeysOut}, summary="Open a source")
@grants(EDIT)
def open_source(request: ApiRequest, body: NewSource, response: HttpResponse) -> Any:
    """Open a source and make its keys. The secret key is told this once."""
    given = body.model_dump(exclude={"quiet_hours", "origins"})
    by, origins = Actor.of(request.member), [one.rstrip("/") for one in body.origins]
    try:
        keys = sources.open(**given, origins=origins, by=by, at=request.at)
    except sources.SourceInUse:
        raise Refused.one("name", NAME_TAKEN, body.name) from None
    sources.change(keys.source, by=by, at=request.at, quiet_hours=body.quiet_hours)
    return Answer(201, _told(keys, request, response))


@router.get("/{int:source_id}", response=SourceOut, summary="Get a source")
@grants(VIEW)
def get_source(request: ApiRequest, source_id: Id) -> Any:
    """One source with its settings, freshness and volume."""
    return _answer(_one(source_id), request)


@router.patch("/{int:source_id}", response=SourceOut, summary="Change a source")
@grants(EDIT)
def change_source(request: ApiRequest, source_id: Id, body: SourceIn) -> Any:
    """Change the settings that are sent: the limit, the origins, when its facts could be known. Doors follow in 5 s."""
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    if "origins" in given:
        given["origins"] = "\n".join(one.rstrip("/") for one in given["origins"])
    if "name" in given:
        given["name"] = given["name"].strip()
    try:
        row = sources.change(_one(source_id), by=Actor.of(request.member), at=request.at, **given)
    except sources.SourceInUse:
        raise Refused.one("name", NAME_TAKEN, body.name) from None
    return _answer(row, request)


@router.post("/{int:source_id}/keys/rotate", response=SourceKeysOut, summary="Rotate a source's keys")
@grants(EDIT)
def rotate_keys(request: ApiRequest, source_id: Id, response: HttpResponse) -> Any:
    """Make new keys, told this once. The old ones go on until they are ended."""
    keys = sources.rotate(_one(source_id), by=Actor.of(request.member), at=request.at)
    return _told(keys, request, response)


@router.post("/{int:source_id}/keys/end-previous", response=SourceOut, summary="End a source's previous keys")
@grants(EDIT)
def end_previous_keys(request: ApiRequest, source_id: Id) -> Any:
    """Stop accepting the keys from before the last rotation. Safe to repeat."""
    row = _one(source_id)
    sources.end_previous(row, by=Actor.of(request.member), at=request.at)
    return _answer(row, request)


@router.post("/{int:source_id}/close", response=SourceOut, summary="Close a source")
@grants(EDIT)
def close_source(request: ApiRequest, source_id: Id) -> Any:
    """Refuse its keys from now on; what it sent stays. Safe to repeat."""
    row = _one(source_id)
    sources.close(row, by=Actor.of(request.member), at=request.at)
    return _answer(row, request)


@router.post("/{int:source_id}/reopen", response=SourceOut, summary="Open a closed source again")
@grants(EDIT)
def reopen_source(request: ApiRequest, source_id: Id) -> Any:
    """Accept its keys again. Safe to repeat."""
    row = _one(source_id)
    sources.reopen(row, by=Actor.of(request.member), at=request.at)
    return _answer(row, request)
