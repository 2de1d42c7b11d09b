"""REST: the questions of first use, what follows from them, and the result against the first day."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Router
from ninja.errors import HttpError

from nenrin.analytics.revenue.figures import Figure
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import StartBaseline
from nenrin.insight.prints import start as printed
from nenrin.insight.start import answers, baselines, focus, results
from nenrin.insight.start.answers import NoSuchAnswer
from nenrin.insight.start.focus import AREAS, Focus
from nenrin.insight.start.results import Line, Result
from nenrin.values import Text

router = Router(tags=["start"])
VIEW, EDIT = Permission.RESULTS_VIEW, Permission.ORGANISATION_EDIT
PDF = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}}
Problem = Literal["", "onboarding", "renewal", "usage", "expansion", "overview"]
Team = Literal["", "1", "2-5", "6-20", "21+"]


class ProposalOut(Strict):
    """Keys of the libraries; nothing of it is switched on."""

    playbooks: list[str]
    template: str
    health_model: str


class StartOut(Strict):
    """`problem` empty: not answered yet, and every area shows. `begins_with`: "phase:<name>", "tier:<key>", "segment:<id>" or
    empty. Areas that are not shown are hidden from the menu, never denied. `baseline_on`: the day that was frozen."""

    problem: Problem
    team: str
    begins_with: str
    shows_everything: bool
    shown: list[str]
    hidden: list[str]
    proposed: ProposalOut | None
    baseline_on: date | None


class StartIn(Strict):
    problem: Problem
    team: Team
    begins_with: str = ""
    shows_everything: bool | None = None


class SideOut(Strict):
    """`value` null: not enough data. Shares are of one, money in minor units; `low` and `high`: 95 %."""

    value: float | None
    n: int
    low: float | None
    high: float | None


class LineOut(Strict):
    """`difference` is now less baseline with its 95 % ends; null: not enough data. `verdict`: better, worse, even (within
    chance), or null before the ninety days are over."""

    kpi: str
    name_en: str
    name_ja: str
    unit: str
    is_main: bool
    baseline: SideOut
    now: SideOut
    difference: float | None
    low: float | None
    high: float | None
    verdict: Literal["better", "worse", "even"] | None


class DeedOut(Strict):
    key: str
    name_en: str
    name_ja: str
    count: int


class ResultOut(Strict):
    """Before and after is not an effect: effects come from holdouts (`/effects`)."""

    baseline_on: date
    as_of: date
    days: int
    is_over: bool
    begins_with: str
    policy_then: int
    policy_now: int
    currency_then: str
    currency_now: str
    figures: list[LineOut]
    done: list[DeedOut]


@router.get("", response=StartOut, summary="Get the answers of first use")
@grants(Permission.SIGNED_IN)
def get_start(request: ApiRequest) -> Any:
    """What was answered, which areas show because of it, and what is proposed."""
    return _told(focus.of(organisation.current()))


@router.put("", response=StartOut, summary="Answer the questions of first use")
@grants(EDIT)
def put_start(request: ApiRequest, body: StartIn) -> Any:
    """Answers anew; the baseline, once frozen, stays as it is. 422 says what can be answered."""
    by = Actor.of(request.member)
    try:
        with transaction.atomic():
            answers.answer(body.problem, body.team, body.begins_with, by=by, at=request.at)
            if body.shows_everything is not None:
                answers.show_everything(body.shows_everything, by=by, at=request.at)
    except NoSuchAnswer as problem:
        known = ", ".join(key or '""' for key in problem.known)
        raise Refused([Fault(problem.field, Text(f"one of: {known}", f"次のいずれか: {known}"), problem.value)]) from problem  # fmt: skip
    return _told(focus.of(organisation.current()))


@router.get("/result", response=ResultOut, summary="Get the result since the start")
@grants(VIEW)
def get_start_result(request: ApiRequest) -> Any:
    """Each KPI of the baseline beside today's, and what was done since. 404 before there is a baseline."""
    of = _result(request)
    return {
        "baseline_on": of.baseline.taken_on,
        "as_of": of.day,
        "days": of.days,
        "is_over": of.is_over,
        "begins_with": of.baseline.begins_with,
        "policy_then": of.baseline.policy,
        "policy_now": of.policy.version,
        "currency_then": of.baseline.currency,
        "currency_now": of.policy.reporting_currency,
        "figures": [_line(line) for line in of.lines],
        "done": [
            {"key": deed.key, "name_en": deed.name.en, "name_ja": deed.name.ja, "count": deed.count}
            for deed in of.deeds
        ],
    }


@router.get("/result/pdf", openapi_extra=PDF, summary="Get the result since the start as a PDF")
@grants(VIEW)
def get_start_result_pdf(request: ApiRequest, lang: Literal["ja", "en"] = "ja") -> Any:
    """The same on one page of paper."""
    made = printed.pdf(_result(request), lang, request.at)
    return HttpResponse(made, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


def _result(request: ApiRequest) -> Result:
    found = results.result(request.at)
    if found is None:
        raise HttpError(404, "no baseline yet: answer the questions and import contracts")
    return found


def _told(of: Focus) -> dict[str, Any]:
    shown, proposal = of.shown(), of.proposal()
    row: StartBaseline | None = baselines.live()
    return {
        "problem": of.problem,
        "team": of.team,
        "begins_with": of.begins_with,
        "shows_everything": of.is_whole or not of.is_answered,
        "shown": [key for key in AREAS if key in shown],
        "hidden": [key for key in AREAS if key not in shown],
        "proposed": proposal and {
            "playbooks": list(proposal.playbooks), "template": proposal.template, "health_model": proposal.health_model,
        },
        "baseline_on": row.taken_on if row else None,
    }  # fmt: skip


def _line(of: Line) -> dict[str, Any]:
    low, high = of.reach or (None, None)
    return {
        "kpi": of.sort.key, "name_en": of.sort.name.en, "name_ja": of.sort.name.ja, "unit": of.sort.unit,
        "is_main": of.is_main, "baseline": _side(of.before), "now": _side(of.after),
        "difference": of.change, "low": low, "high": high, "verdict": of.verdict,
    }  # fmt: skip


def _side(of: Figure) -> dict[str, Any]:
    low, high = of.interval or (None, None)
    return {"value": of.value, "n": of.n, "low": low, "high": high}
