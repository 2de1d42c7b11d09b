"""REST: the executive dashboard, as figures and as a print."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError

from nenrin.api.executive_comments import CommentOut, told
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import Asking, answered_day, ledger_for
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.insight.executive import findings, reach
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.executive.findings import Finding
from nenrin.insight.executive.questions import NoSuchSlice, Question
from nenrin.insight.executive.rows import rows
from nenrin.insight.prints import executive as printed
from nenrin.insight.prints import powerpoint
from nenrin.insight.revenue import notes
from nenrin.insight.revenue.notes import Note
from nenrin.work import losses

router = Router(tags=["executive"])
PDF = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}}

PPTX = {"responses": {200: {"content": {powerpoint.MIME: {"schema": {"type": "string", "format": "binary"}}}}}}


class ExecutiveAsking(Asking):
    """`by` and `slice` together: one part only."""

    slice: str = ""


class FigureOut(Strict):
    """`value` null: not enough data. Shares are of one, money in minor units."""

    section: str
    key: str
    name_en: str
    name_ja: str
    value: float | None
    unit: str
    n: int | None
    low: float | None
    high: float | None
    target: float | None


class FindingOut(Strict):
    """`about`: what stands behind it, "kpi:<key>", "account:<id>", "movements", "health", "ahead" or "expected"."""

    title_en: str
    title_ja: str
    text_en: str
    text_ja: str
    about: str
    who: str


class NoteOut(Strict):
    """What the figures leave out or cannot tell; `accounts`: whom it concerns."""

    name_en: str
    name_ja: str
    behaviour_en: str
    behaviour_ja: str
    accounts: list[int]


class ExecutiveOut(Strict):
    """`to` is the first day after the period."""

    start: date
    to: date
    known: date
    currency: str
    policy: int
    accounts: int
    decisions: list[FindingOut]
    explained: list[FindingOut]
    notes: list[NoteOut]
    figures: list[FigureOut]
    comments: list[CommentOut]


@router.get("", response=ExecutiveOut, summary="Get the executive dashboard")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_executive(request: ApiRequest, asking: Query[ExecutiveAsking]) -> Any:
    """Every figure of the dashboard page, and its sentences in both languages."""
    board = _board(request, asking)
    ask = board.ask
    return {
        "start": ask.period.start,
        "to": ask.period.end,
        "known": ask.ledger.known,
        "currency": ask.currency,
        "policy": ask.ledger.policy.version,
        "accounts": board.accounts,
        "decisions": [_finding(each) for each in findings.decisions(board)],
        "explained": [_finding(each) for each in findings.explained(board)],
        "notes": [_note(each) for each in (*notes.notes(ask.ledger, ask.period), *notes.withheld(ask.ledger))],
        "figures": [
            {
                **{name: getattr(row, name) for name in FigureOut.model_fields if not name.startswith("name_")},
                "name_en": row.name.en,
                "name_ja": row.name.ja,
            }
            for row in rows(board)
        ],
        "comments": [told(row) for row in board.comments],
    }


@router.get("/pdf", openapi_extra=PDF, summary="Get the executive dashboard as a PDF")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_executive_pdf(request: ApiRequest, asking: Query[ExecutiveAsking], lang: Literal["ja", "en"] = "ja") -> Any:
    """The same as a print, with its fonts inside."""
    made = printed.pdf(_board(request, asking), lang, request.at)
    return HttpResponse(made, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


@router.get("/pptx", openapi_extra=PPTX, summary="Get the executive dashboard as slides")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_executive_pptx(request: ApiRequest, asking: Query[ExecutiveAsking], lang: Literal["ja", "en"] = "ja") -> Any:
    """The same as a presentation whose tables and charts can be edited."""
    made = powerpoint.pptx(_board(request, asking), lang, request.at)
    return HttpResponse(made, content_type=powerpoint.MIME, headers={"Cache-Control": "private, no-store"})


def _board(request: ApiRequest, asking: ExecutiveAsking) -> Dashboard:
    return dashboard(asked(request, asking), losses.told)


def asked(request: ApiRequest, asking: ExecutiveAsking) -> Question:
    """What the dashboard is asked, within the member's reach; refuses what makes no sense, and says where."""
    if bool(asking.by) != bool(asking.slice):
        raise HttpError(422, "by and slice go together: a dimension and the key of its part")
    ledger_for(request.member, asking, request.at)
    try:
        return reach.ask(
            request.member, answered_day(asking, request.at), organisation.today(request.at), known=asking.known,
            grain=asking.grain, by=asking.by, key=asking.slice,
        )  # fmt: skip
    except NoSuchSlice as problem:
        raise HttpError(422, f"slice: {problem}") from problem


def _note(of: Note) -> dict[str, Any]:
    return {
        "name_en": of.name.en, "name_ja": of.name.ja, "behaviour_en": of.behaviour.en, "behaviour_ja": of.behaviour.ja,
        "accounts": list(of.accounts),
    }  # fmt: skip


def _finding(of: Finding) -> dict[str, str]:
    return {
        "title_en": of.title.en, "title_ja": of.title.ja, "text_en": of.text.en, "text_ja": of.text.ja,
        "about": of.about, "who": of.who,
    }  # fmt: skip
