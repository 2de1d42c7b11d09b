"""REST: segments and health models on the past."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from ninja import Router

from nenrin.analytics.conditions import Unreadable
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, Word
from nenrin.api.playbooks import Both, ReplayIn
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import HealthModelVersion, Segment
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.rehearsing import rehearsals

of_segments = Router(tags=["segments"])
of_models = Router(tags=["health models"])


class RehearsalOut(Strict):
    """`state`: none (nobody has asked for one yet), asked, done or failed; `report` holds the figures once it is done,
    without single accounts."""

    state: str
    first: date | None
    last: date | None
    report: dict[str, Any]
    problem: Both | None


class TryIn(ReplayIn):
    """`condition`: one that is not saved, tried beside the segment's own; left out, the segment's own alone."""

    condition: Any = None


class DraftOut(RehearsalOut):
    """A draft's look at the past; `live`: the segment as it is, on the same days."""

    live: RehearsalOut | None


@of_segments.get("/{int:segment_id}/replay", response=RehearsalOut, summary="Get a segment's look at the past")
@grants(Permission.SEGMENTS_VIEW)
def get_segment_replay(request: ApiRequest, segment_id: Id) -> Any:
    """How often it would have been entered and left, and with which other segments it overlaps (docs/playbooks.md)."""
    return _rehearsal(rehearsals.newest("segment", str(_segment(segment_id).pk)))


@of_segments.post("/{int:segment_id}/replay", response={202: RehearsalOut}, summary="Try a segment on the past")
@grants(Permission.SEGMENTS_EDIT)
def post_segment_replay(request: ApiRequest, segment_id: Id, body: TryIn) -> Any:
    """The worker computes it. The same question while one waits asks nothing new. A `condition` is tried without saving it."""
    by, row = Actor.of(request.member), _segment(segment_id)
    if body.condition is None:
        return 202, _rehearsal(rehearsals.of_segment(row, months=body.months, by=by, at=request.at))
    try:
        asked = rehearsals.of_draft(body.condition, segment=row, months=body.months, by=by, at=request.at)
    except Unreadable as wrong:
        raise Refused.one("condition", wrong.problems[0].text) from wrong
    return 202, _rehearsal(asked)


@of_segments.get("/{int:segment_id}/replay/draft", response=DraftOut, summary="Get a segment's draft on the past")
@grants(Permission.SEGMENTS_VIEW)
def get_segment_draft(request: ApiRequest, segment_id: Id) -> Any:
    """The last condition that was tried without being saved, beside the segment as it is on the same days."""
    row = _segment(segment_id)
    found = rehearsals.newest("segment", rehearsals.draft_key(row, Actor.of(request.member)))
    live = rehearsals.beside(found, row) if found else None
    return {**_rehearsal(found), "live": _rehearsal(live) if live else None}


@of_models.get("/{key}/replay", response=RehearsalOut, summary="Get a health model's look at the past")
@grants(Permission.HEALTH_VIEW)
def get_model_replay(request: ApiRequest, key: Word) -> Any:
    """Of the draft, or of the live version where there is no draft: changes of colour and playbooks that would have fired."""
    row = _model(key)
    return _rehearsal(rehearsals.newest("health_model", f"{row.key}/{row.number}"))


@of_models.post("/{key}/replay", response={202: RehearsalOut}, summary="Try a health model on the past")
@grants(Permission.HEALTH_CONFIGURE)
def post_model_replay(request: ApiRequest, key: Word, body: ReplayIn) -> Any:
    """The worker lives the draft (or the live version) and the live version through, beside each other."""
    by = Actor.of(request.member)
    return 202, _rehearsal(rehearsals.of_model(_model(key), months=body.months, by=by, at=request.at))


def _segment(segment_id: int) -> Segment:
    row = Segment.objects.filter(pk=segment_id, archived_at__isnull=True).first()
    if row is None:
        raise Http404(f"no segment {segment_id}")
    return row


def _model(key: str) -> HealthModelVersion:
    """The draft, else the live version."""
    rows = HealthModelVersion.objects.filter(key=key).order_by("-number")
    found = rows.filter(state="draft").first() or rows.filter(state="published", is_withdrawn=False).first()
    if found is None:
        raise Http404(f"no health model {key!r}")
    return found


def _rehearsal(row: Rehearsal | None) -> dict[str, Any]:
    if row is None:
        return {"state": "none", "first": None, "last": None, "report": {}, "problem": None}
    report = {key: value for key, value in row.report.items() if key not in ("moves", "moved")}
    return {"state": row.state, "first": row.first, "last": row.last, "report": report, "problem": row.problem or None}
