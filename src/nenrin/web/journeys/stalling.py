"""Where accounts stall: by stage and by when they entered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.journeys import board, common, rows
from nenrin.work.journeys import stalls
from nenrin.work.onboarding.cohorts import By, Cohort

WAYS: dict[By, Text] = {
    "month": Text("By month", "月別"), "quarter": Text("By quarter", "四半期別"), "all": Text("Together", "全体"),
}  # fmt: skip
MEDIAN = Text(
    "The day of the stage by which half have moved on, by Kaplan and Meier: who is still inside counts for as long as it "
    "was watched; who left, or went back, never moves on.",
    "半数が次のステージへ進むまでの日数。Kaplan-Meier法により、滞在中は観察できた日数まで、解約や後戻りは進まないものとして数える。",
)
IN_TIME = Text(
    "Of those whose expected days are over: how many had moved on by then; 95 % interval by Wilson.",
    "想定日数が過ぎた顧客のうち、その日数までに次のステージへ進んだ割合。95%区間はWilson法。",
)
HEAD = (
    Text("Stage", "ステージ"), Text("Entered", "開始時期"), Text("Accounts", "顧客数"), Text("Moved on", "次へ進んだ数"),
    Text("Still inside", "滞在中"), Text("Left or went back", "解約・後戻り"), Text("Median day", "中央値（日）"),
    Text("Expected days", "想定日数"), Text("Moved on in time", "想定日数内に進んだ割合"), Text("Of those due", "対象数"),
)  # fmt: skip


@requires(common.VIEW)
def stalled(request: MemberRequest) -> HttpResponse:
    """The table by stage, all together and by cohort."""
    here = common.here(request)
    if here is None:
        return board.none(request, "journey-stalls")
    by, language = _by(request), get_language() or "ja"
    found = rows.stalled(here.ever(request), here, by)
    stages = [
        {"stall": one, "whole": _row(one.whole, language), "cohorts": [_row(each, language) for each in one.cohorts]}
        for one in found.values()
    ]
    context = {
        "as_of": request.at, "here": here, "tabs": common.tabs("journey-stalls", here.key), "stages": stages, "by": by,
        "ways": WAYS.items(), "least": stalls.FEWEST, "median_meaning": MEDIAN, "in_time_meaning": IN_TIME,
        "may_export": common.may(request, Permission.EXPORT), "query": request.GET.urlencode(),
        "is_empty": not any(one.whole for one in found.values()),
    }  # fmt: skip
    return render(request, "journeys/stalls.html", context)


def _by(request: MemberRequest) -> By:
    asked = request.GET.get("by", "quarter")
    return asked if asked in get_args(By) else "quarter"  # type: ignore[return-value]


def _row(cohort: Cohort | None, language: str) -> dict[str, Any] | None:
    if cohort is None:
        return None
    enough = cohort.projects >= stalls.FEWEST
    due = cohort.by_due if enough else None
    share = None
    if due:
        low, high = format.percent(due.low, language, 0), format.percent(due.high, language, 0)
        told = Text(f"{due.part} of {due.whole}, {low} to {high}", f"{due.whole}件中{due.part}件、{low}〜{high}")
        share = (format.percent(due.value, language, 0), told.in_(language))
    return {
        "cohort": cohort, "enough": enough, "share": share,
        "median": int(cohort.median) if enough and cohort.median else None,
    }  # fmt: skip


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The table as CSV or Excel, of the accounts within the right to export."""
    here, language = common.here(request), get_language() or "ja"
    head = [one.in_(language) for one in HEAD]
    if here is None:
        return exports.answer(kind, "journey-stalls", head, [], request.at)
    by = _by(request)
    reach = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    found = rows.stalled(here.ever(request).filter(pk__in=reach), here, by)
    exports.note(request, "journey", len(found), {"journey": here.key, "by": by}, room="work")

    def body() -> Iterator[list[Any]]:
        for one in found.values():
            for cohort in (one.whole, *one.cohorts) if one.whole else ():
                if cohort is not None:
                    yield _cells(one, cohort, language)

    return exports.answer(kind, "journey-stalls", head, body(), request.at)


def _cells(one: stalls.Stall, cohort: Cohort, language: str) -> list[Any]:
    enough = cohort.projects >= stalls.FEWEST
    due = cohort.by_due if enough else None
    return [
        one.stage.name.in_(language), cohort.key, cohort.projects, cohort.reached, cohort.under_way, cohort.over,
        (cohort.median or "") if enough else "", one.stage.days or "", round(due.value, 4) if due else "",
        due.whole if due else "",
    ]  # fmt: skip


urlpatterns = [
    path("journey/stalls", stalled, name="journey-stalls"),
    path("journey/stalls/export.<str:kind>", export, name="journey-stalls-export"),
]
