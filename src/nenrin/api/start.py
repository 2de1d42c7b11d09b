"""REST: the questions of first use, what follows from them, and the result against the first day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Field, Query, Router
from ninja import Status as Answer
from ninja.errors import HttpError

from nenrin.analytics.revenue.figures import Figure
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
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


class MissingRateOut(Strict):
    """Of the end of the month that `month` begins (`PUT /revenue/rates/...`); null: the metric policy's own rate. `accounts`
    pay in `currency` and are in no figure."""

    currency: str
    into: str
    month: date | None
    accounts: int


class StartOut(Strict):
    """`problem` empty: not answered yet, and every area shows. `begins_with`: "phase:<name>", "tier:<key>", "segment:<id>" or
    empty. Areas that are not shown are hidden from the menu, never denied. `baseline_on`: the day that was frozen;
    `waits_for`: the exchange rates without which no first day is frozen."""

    problem: Problem
    team: str
    begins_with: str
    shows_everything: bool
    shown: list[str]
    hidden: list[str]
    proposed: ProposalOut | None
    baseline_on: date | None
    waits_for: list[MissingRateOut]


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


class StartBaselineOut(Strict):
    """The highest number holds. `why`: the reason for which it followed another; empty of the first."""

    number: int
    taken_on: date
    taken_at: datetime
    begins_with: str
    policy: int
    currency: str
    why: str
    author_id: int | None


class StartBaselineIn(Strict):
    """`seen`: the number of the baseline that you want followed, so that two do not do it twice."""

    why: str = Field(min_length=1, max_length=baselines.LONGEST)
    seen: int | None = Field(None, ge=1, le=2**31 - 1)


class Against(Strict):
    """`baseline`: the number of an earlier one; without it the one that holds."""

    baseline: int | None = Field(None, ge=1, le=2**31 - 1)


class ResultOut(Strict):
    """Before and after is not an effect: effects come from holdouts (`/effects`)."""

    baseline: int
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
    return _told(focus.of(organisation.current()), request)


@router.put("", response=StartOut, summary="Answer the questions of first use")
@grants(EDIT)
def put_start(request: ApiRequest, body: StartIn) -> Any:
    """Answers anew; a baseline, once frozen, stays as it is. 422 says what can be answered."""
    by = Actor.of(request.member)
    try:
        with transaction.atomic():
            answers.answer(body.problem, body.team, body.begins_with, by=by, at=request.at)
            if body.shows_everything is not None:
                answers.show_everything(body.shows_everything, by=by, at=request.at)
    except NoSuchAnswer as problem:
        known = ", ".join(key or '""' for key in problem.known)
        raise Refused([Fault(problem.field, Text(f"one of: {known}", f"次のいずれか: {known}"), problem.value)]) from problem  # fmt: skip
    return _told(focus.of(organisation.current()), request)


@router.get("/baselines", response=list[StartBaselineOut], summary="List the baselines of the start")
@grants(VIEW)
def list_start_baselines(request: ApiRequest) -> Any:
    """The one that holds first; earlier ones stay as they were."""
    return [_baseline(row) for row in baselines.every()]


@router.post("/baselines", response={201: StartBaselineOut}, summary="Begin a new baseline of the start")
@grants(EDIT)
def take_start_baseline(request: ApiRequest, body: StartBaselineIn) -> Any:
    """Today's figures, from which the result is counted from now on; the earlier ones stay.

    422 before the first was kept by itself, and while files are imported or facts wait to be read; 409 where another one was
    taken since `seen`.
    """
    day, by = organisation.today(request.at), Actor.of(request.member)
    return Answer(201, _baseline(baselines.take(day, why=body.why, seen=body.seen, by=by, at=request.at)))


@router.get("/result", response=ResultOut, summary="Get the result since the start")
@grants(VIEW)
def get_start_result(request: ApiRequest, asked: Query[Against]) -> Any:
    """Each KPI of the baseline beside today's, and what was done since. 404 before there is a baseline."""
    of = _result(request, asked.baseline)
    return {
        "baseline": of.baseline.number,
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
def get_start_result_pdf(request: ApiRequest, asked: Query[Against], lang: Literal["ja", "en"] = "ja") -> Any:
    """The same on one page of paper."""
    made = printed.pdf(_result(request, asked.baseline), lang, request.at)
    return HttpResponse(made, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


def _result(request: ApiRequest, number: int | None) -> Result:
    found = results.result(request.at, number)
    if found is None:
        wrong = f"no baseline {number}" if number else "no baseline yet: answer the questions and import contracts"
        raise HttpError(404, wrong)
    return found


def _baseline(row: StartBaseline) -> dict[str, Any]:
    own = ("number", "taken_on", "taken_at", "begins_with", "policy", "currency", "author_id")
    return {name: getattr(row, name) for name in own} | {"why": row.note}


def _told(of: Focus, request: ApiRequest) -> dict[str, Any]:
    """What is waited for, to those who can do something about it."""
    shown, proposal = of.shown(), of.proposal()
    may_edit = allowed(request.member, EDIT) is not None
    waits_for = baselines.waiting(organisation.today(request.at)) if may_edit else []
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
        "waits_for": [asdict(one) for one in waits_for],
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
