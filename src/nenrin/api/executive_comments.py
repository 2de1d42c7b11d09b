"""REST: comments beside the figures of the executive dashboard."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Field, Query, Router
from ninja import Status as Answer
from ninja.errors import HttpError

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.periods import Grain
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.executive import comments, reach
from nenrin.insight.executive.questions import NoSuchSlice, Question
from nenrin.insight.models import BoardComment
from nenrin.insight.revenue import kpis, policies
from nenrin.insight.revenue.slices import NoSuchDimension

router = Router(tags=["executive"])
OLDEST = date(1990, 1, 1)


class CommentOut(Strict):
    """`kpi` empty: on the period as a whole. `value`: what the figure was when this was written, in the KPI's unit."""

    id: int
    kpi: str
    about_en: str
    about_ja: str
    grain: str
    start: date
    by: str
    slice: str
    words: str
    value: float | None
    author: str | None
    written_at: datetime


class Place(Strict):
    """`as_of`: a day in the period (default today). `by` and `slice` together: one part only."""

    as_of: date | None = None
    grain: Grain = "month"
    by: str = ""
    slice: str = ""


class CommentIn(Place):
    """`kpi` empty: on the period as a whole."""

    kpi: str = ""
    words: Annotated[str, Field(min_length=1, max_length=comments.MOST)]


def told(row: BoardComment) -> dict[str, Any]:
    """A comment as the API answers it."""
    about = comments.about(row.kpi)
    return {
        "id": row.pk, "kpi": row.kpi, "about_en": about.en, "about_ja": about.ja, "grain": row.grain,
        "start": row.start_on, "by": row.dimension, "slice": row.slice, "words": row.words, "value": row.value,
        "author": row.author.name if row.author else None, "written_at": row.written_at,
    }  # fmt: skip


@router.get("", response=list[CommentOut], summary="List the comments on a period")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_comments(request: ApiRequest, place: Query[Place]) -> Any:
    """The oldest first. They speak of everyone's figures: who sees some accounts only gets none."""
    return [told(row) for row in comments.of(_asked(request, place))]


@router.post("", response={201: CommentOut}, summary="Comment on a figure")
@grants(Permission.REPORTS_COMMENT)
def post_comment(request: ApiRequest, body: CommentIn) -> Any:
    """Safe to repeat: the same words on the same figure are one comment."""
    ask = _asked(request, body)
    if ask.books.accounts is not None:
        raise PermissionDenied("comments speak of everyone's figures")
    shown = kpis.shown(ask.ledger, [body.kpi] if body.kpi in KPIS else [])
    found = kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, shown, interval=False)
    row = comments.write(
        body.words, kpi=body.kpi, grain=ask.grain, day=ask.period.start, dimension=body.by, within=body.slice,
        value=found[body.kpi].value if body.kpi in found else None, by=Actor.of(request.member), at=request.at,
    )  # fmt: skip
    return Answer(201, told(row))


@router.delete("/{int:comment_id}", response={204: None}, summary="Take a comment back")
@grants(Permission.REPORTS_COMMENT)
def delete_comment(request: ApiRequest, comment_id: Id) -> Any:
    """Whoever wrote it; the audit log keeps it."""
    row = BoardComment.objects.filter(pk=comment_id).first()
    if row is None:
        raise Http404(f"no comment {comment_id}")
    comments.withdraw(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _asked(request: ApiRequest, place: Place) -> Question:
    """With what is known today."""
    today = organisation.today(request.at)
    day = place.as_of or today
    if not OLDEST <= day <= today:
        raise HttpError(422, f"as_of: {day} must lie between {OLDEST} and today")
    if bool(place.by) != bool(place.slice):
        raise HttpError(422, "by and slice go together: a dimension and the key of its part")
    try:
        last = min(policies.fiscal().holding(day, place.grain).end - timedelta(days=1), today)
        return reach.ask(request.member, last, today, known=today, grain=place.grain, by=place.by, key=place.slice)
    except (NoSuchSlice, NoSuchDimension) as problem:
        raise HttpError(422, f"slice: {problem}") from problem
