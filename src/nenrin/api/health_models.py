"""REST: health models as JSON or YAML: read, draft, preview, publish, go back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Field, Router

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.analytics.scores.models import HealthModel
from nenrin.api import problems
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict, Word
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.previewing import differences, preview, preview_changes
from nenrin.values import Text

router = Router(tags=["health models"])
LONGEST = 1_000_000
SHOWN = 200


class Both(Strict):
    """A text in both languages."""

    en: str
    ja: str


class ModelOut(Strict):
    """`live` and `draft` are numbers of versions, null where there is none; the lowest position is asked first."""

    key: str
    name: Both
    position: int
    takes: Both
    live: int | None
    draft: int | None


class VersionOut(Strict):
    """One version. `seen` goes back with a change of the draft, so that nobody's work is overwritten unseen."""

    key: str
    number: int
    state: str
    note: str
    author: str | None
    live_from: date | None
    is_withdrawn: bool
    published_at: datetime | None
    seen: str
    document: dict[str, Any]


class Document(Strict):
    """A whole model, as `document` or as `yaml`."""

    document: dict[str, Any] | None = None
    yaml: str | None = Field(None, max_length=LONGEST)


class DraftIn(Document):
    note: Word = ""
    seen: datetime | None = None


class PublishIn(Strict):
    """`live_from`: today or later; `seen`: of the draft that you looked at."""

    note: Word = ""
    live_from: date | None = None
    seen: datetime | None = None


class BackIn(Strict):
    number: int = Field(ge=1, le=2**31 - 1)
    note: Word = ""


class WithdrawIn(Strict):
    note: Word = ""


class MoveOut(Strict):
    account_id: int
    name: str
    before: str
    after: str
    score_before: float
    score_after: float
    why: Both


class PreviewOut(Strict):
    """Accounts by band as they are and as they would be; `changed` lists the first 200 of `changes`."""

    as_of: date
    taken: int
    before: dict[str, int]
    after: dict[str, int]
    changes: int
    changed: list[MoveOut]
    samples: list[MoveOut]


class LineOut(Strict):
    what: Both
    before: Both
    after: Both


def said(operation: Callable[..., Any]) -> Callable[..., Any]:
    """What the rooms below refuse, as problems: each mistake of a document with its place."""

    @wraps(operation)
    def answered(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return operation(request, *args, **kwargs)
        except DocumentError as wrong:
            errors = [{"pointer": "", "detail": one} for one in wrong.problems]
            return problems.problem(422, "nothing was changed", errors=errors)
        except health_models.NoDraft as none:
            raise Http404(str(none)) from None
        except health_models.Stale as stale:
            return problems.problem(409, str(stale))
        except health_models.DayIsClosed as closed:
            return problems.problem(422, str(closed))

    return answered


@router.get("", response=list[ModelOut], summary="List health models")
@grants(Permission.HEALTH_VIEW)
def list_models(request: ApiRequest) -> Any:
    """In the order in which they are asked: an account is judged by the first that takes it."""
    return [
        {
            "key": one.key,
            "name": _both(one.model.name),
            "position": one.model.position,
            "takes": _both(differences.applies_to(one.model)),
            "live": one.live.number if one.live else None,
            "draft": one.draft.number if one.draft else None,
        }
        for one in health_models.listed()
    ]


@router.get("/{key}", response=VersionOut, summary="Get a health model")
@grants(Permission.HEALTH_VIEW)
def get_model(request: ApiRequest, key: Word, number: int | None = None, draft: bool = False) -> Any:
    """The newest published version; with `draft` the draft, with `number` that version."""
    return _out(_version(key, number, is_draft=draft))


@router.get("/{key}/yaml", summary="Get a health model as YAML", response={200: str})
@grants(Permission.HEALTH_VIEW)
def get_yaml(request: ApiRequest, key: Word, number: int | None = None, draft: bool = False) -> Any:
    """The same as a file, to keep beside other configuration."""
    text = documents.to_yaml(health_models.model_of(_version(key, number, is_draft=draft)))
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


@router.get("/{key}/versions", response=list[VersionOut], summary="List versions of a health model")
@grants(Permission.HEALTH_VIEW)
def list_versions(request: ApiRequest, key: Word) -> Any:
    """The newest 100, with their authors."""
    rows = HealthModelVersion.objects.filter(key=key).select_related("author").order_by("-number")[:100]
    if not rows:
        raise Http404(f"no health model {key!r}")
    return [_out(row) for row in rows]


@router.get("/{key}/difference", response=list[LineOut], summary="Compare two versions of a health model")
@grants(Permission.HEALTH_VIEW)
def get_difference(request: ApiRequest, key: Word, before: int, after: int) -> Any:
    """Everything that differs, in words."""
    left, right = (health_models.model_of(_version(key, number)) for number in (before, after))
    lines = differences.between(left, right)
    return [{"what": _both(one.what), "before": _both(one.before), "after": _both(one.after)} for one in lines]


@router.put("/{key}/draft", response=VersionOut, summary="Save the draft of a health model")
@grants(Permission.HEALTH_CONFIGURE)
@said
def put_draft(request: ApiRequest, key: Word, body: DraftIn) -> Any:
    """Put this in place of the draft. Safe to repeat; 409 where the draft changed after `seen`."""
    model = _read(key, body)
    by, at = Actor.of(request.member), request.at
    return _out(health_models.draft(documents.to_dict(model), by=by, at=at, note=body.note, seen=body.seen))


@router.delete("/{key}/draft", response={204: None}, summary="Discard the draft of a health model")
@grants(Permission.HEALTH_CONFIGURE)
def delete_draft(request: ApiRequest, key: Word) -> Any:
    """Safe to repeat."""
    health_models.discard(key, by=Actor.of(request.member), at=request.at)
    return 204, None


@router.post("/{key}/preview", response=PreviewOut, summary="Preview a health model")
@grants(Permission.HEALTH_CONFIGURE)
@said
def preview_model(request: ApiRequest, key: Word, body: Document) -> Any:
    """What publishing this (or, without a document, the draft) would change; nothing is kept."""
    is_given = body.document is not None or body.yaml is not None
    model = _read(key, body) if is_given else health_models.model_of(_version(key, None, is_draft=True))
    seen = preview.of(model, at=request.at)
    return {
        "as_of": seen.as_of,
        "taken": seen.taken,
        "before": {band.value: count for band, count in seen.before.items()},
        "after": {band.value: count for band, count in seen.after.items()},
        "changes": len(seen.changed),
        "changed": [_move(one) for one in seen.changed[:SHOWN]],
        "samples": [_move(one) for one in seen.samples],
    }


@router.post("/{key}/publish", response=VersionOut, summary="Publish the draft of a health model")
@grants(Permission.HEALTH_CONFIGURE)
@said
def publish(request: ApiRequest, key: Word, body: PublishIn) -> Any:
    """Make the draft live; 404 without one, 409 where it changed after `seen`."""
    return _out(
        health_models.publish(
            key, by=Actor.of(request.member), at=request.at, note=body.note, live_from=body.live_from, seen=body.seen
        )
    )


@router.post("/{key}/roll-back", response=VersionOut, summary="Go back to a version of a health model")
@grants(Permission.HEALTH_CONFIGURE)
@said
def roll_back(request: ApiRequest, key: Word, body: BackIn) -> Any:
    """Publish an earlier version anew, as the next number."""
    row = _version(key, body.number)
    if row.state != "published" or row.is_withdrawn:
        raise Http404(f"no published version {body.number} of {key!r}")
    return _out(health_models.roll_back(row, by=Actor.of(request.member), at=request.at, note=body.note))


@router.post("/{key}/withdraw", response=VersionOut, summary="Withdraw a health model")
@grants(Permission.HEALTH_CONFIGURE)
@said
def withdraw(request: ApiRequest, key: Word, body: WithdrawIn) -> Any:
    """It takes no accounts from the open day on; those it had go to the next that takes them. 404 where it is not live."""
    return _out(health_models.withdraw(key, by=Actor.of(request.member), at=request.at, note=body.note))


def _read(key: str, body: Document) -> HealthModel:
    """The model in a body, which must be the one that the address names. Raises DocumentError."""
    if (body.document is None) == (body.yaml is None):
        raise DocumentError(["give either document or yaml"])
    read = documents.from_yaml(body.yaml) if body.yaml is not None else documents.from_dict(body.document)
    if read.key != key:
        raise DocumentError([f"key: {read.key!r} found, expected {key!r} as in the address"])
    return health_models.checked(read)


def _version(key: str, number: int | None, *, is_draft: bool = False) -> HealthModelVersion:
    rows = HealthModelVersion.objects.filter(key=key).select_related("author").order_by("-number")
    rows = rows.filter(number=number) if number is not None else rows.filter(state="draft" if is_draft else "published")
    found = rows.first() if number is None or abs(number) < 2**31 else None
    if found is None:
        raise Http404(f"no such version of a health model {key!r}")
    return found


def _out(row: HealthModelVersion) -> dict[str, Any]:
    plain = ("key", "number", "state", "note", "live_from", "is_withdrawn", "published_at", "document")
    author = row.author.name if row.author else None
    return {name: getattr(row, name) for name in plain} | {"author": author, "seen": row.changed_at.isoformat()}


def _move(one: preview_changes.Change) -> dict[str, Any]:
    bands = {"before": one.before.value, "after": one.after.value}
    scores = {"score_before": one.score_before, "score_after": one.score_after}
    return {"account_id": one.account, "name": one.name, **bands, **scores, "why": _both(one.why)}


def _both(text: Text) -> dict[str, str]:
    return asdict(text)
