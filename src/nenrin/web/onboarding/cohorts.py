"""How many complete their onboarding and how fast, by the month or quarter in which it began, censoring treated rightly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.onboarding import common
from nenrin.work.models import OnboardingProject
from nenrin.work.models.onboarding_template import COMPLETIONS, Completion
from nenrin.work.onboarding import cohorts, policies, templates
from nenrin.work.onboarding.cohorts import By, Cohort, Goal

GOALS: dict[Goal, Text] = {
    "completed": Text("Completion", "完了"),
    "first_value": Text("First value", "最初の成功体験"),
}
WAYS: dict[By, Text] = {
    "month": Text("By month", "月別"), "quarter": Text("By quarter", "四半期別"), "all": Text("Together", "全体"),
}  # fmt: skip
MARKS = (30, 60, 90)
#: Curves drawn at once: more cannot be told apart.
MOST_CURVES = 4
TARGET = 0.9
HEAD = (
    Text("Cohort", "開始時期"), Text("Projects", "件数"), Text("Reached", "達成"), Text("Under way", "進行中"),
    Text("Ended without it", "未達で終了"), Text("By day 30", "30日目まで"), Text("By day 60", "60日目まで"), Text("By day 90", "90日目まで"),
    Text("Median day", "中央値（日）"), Text("In time, of those due", "期日内の割合"),
)  # fmt: skip


@requires(common.VIEW)
def completion(request: MemberRequest) -> HttpResponse:
    """The table of cohorts, their curves, and the definitions that they rest on."""
    goal, by, template = _asked(request)
    found = _read(request, goal, by, template)
    language = get_language() or "ja"
    policy = policies.current()
    context = {
        "as_of": request.at, "tabs": common.tabs("onboarding-cohorts"), "goal": goal, "by": by, "template": template,
        "goals": GOALS.items(), "ways": WAYS.items(), "templates": [(v.template.key, templates.name(v)) for v in templates.all_in_use()],
        "rows": [_row(one, language) for one in found], "least": cohorts.LEAST,
        "curves": _curves(found, language), "facts": _facts(request, goal, template, language),
        "completion": COMPLETIONS[Completion(policy.completion)], "goal_name": GOALS[goal], "marks": MARKS,
        "may_export": allowed(request.user, Permission.EXPORT) is not None, "query": request.GET.urlencode(),
        "may_configure": common.may_configure(request),
    }  # fmt: skip
    return render(request, "onboarding/cohorts.html", context)


def _asked(request: MemberRequest) -> tuple[Goal, By, str]:
    goal, by = request.GET.get("goal", "completed"), request.GET.get("by", "quarter")
    return (
        goal if goal in get_args(Goal) else "completed",  # type: ignore[return-value]
        by if by in get_args(By) else "quarter",
        plain(request.GET.get("template"), 60),
    )


def _read(request: MemberRequest, goal: Goal, by: By, template: str, within: Permission = common.VIEW) -> list[Cohort]:
    rows = OnboardingProject.objects.for_member(request.user, common.VIEW)
    if within is not common.VIEW:
        rows = rows.filter(pk__in=OnboardingProject.objects.for_member(request.user, within).values("pk"))
    if template:
        rows = rows.filter(template_version__template__key=template)
    wanted = rows.only(
        "starts_on", "first_due_on", "completed_on", "first_value_on", "state", "end_reason", "ended_on", "paused_on"
    )
    return cohorts.read(cohorts.stays(wanted, navigation.today(request), by=by, goal=goal))


def _facts(request: MemberRequest, goal: Goal, template: str, language: str) -> list[Fact]:
    """All cohorts together."""
    whole = next(iter(_read(request, goal, "all", template)), None)
    if whole is None:
        return []
    due = whole.by_due
    share = Text(
        f"{format.percent(due.low, 'en', 0)} to {format.percent(due.high, 'en', 0)}, n = {due.whole}",
        f"{format.percent(due.low, 'ja', 0)}〜{format.percent(due.high, 'ja', 0)}、n={due.whole}",
    ) if due else Text("", "")  # fmt: skip
    at = request.at
    return [
        Fact(Text("Projects", "件数"), str(whole.projects), note=Text(f"{whole.under_way} under way", f"進行中 {whole.under_way}"),
             key="onb_projects_all", at=at),
        Fact(Text("In time, of those due", "期日内の割合"), format.percent(due.value, language, 0) if due else None, note=share,
             meaning=_IN_TIME, key="in-time", at=at),
        Fact(Text("Median day", "中央値"), Text(str(int(whole.median)), f"{whole.median:.0f}日") if whole.median else None, meaning=_MEDIAN, key="median", at=at,
             note=Text(f"n = {whole.projects}", f"n={whole.projects}")),
        Fact(Text("Target", "目標"), format.percent(TARGET, language, 0), note=Text("of the field", "業界の目安"),
             key="onb_target", at=at),
    ]  # fmt: skip


_IN_TIME = Text(
    "Of the projects whose first planned end has come: how many reached the goal by that day. Who left before counts as "
    "not; 95 % interval by Wilson.",
    "当初の完了予定日を迎えたプロジェクトのうち、その日までに達成した割合。達成前の解約は未達として数える。95%区間はWilson法。",
)
_MEDIAN = Text(
    "The day of the project by which half have reached the goal, by Kaplan and Meier: who is under way counts for as long "
    "as it was watched, who left never reaches it.",
    "半数が達成するまでの日数。Kaplan-Meier法により、進行中は観察できた日数まで、解約は達成しないものとして数える。",
)


def _row(cohort: Cohort, language: str) -> dict[str, Any]:
    shares = [cohort.share(day) for day in MARKS]
    return {
        "cohort": cohort, "name": cohort.key or WAYS["all"].in_(language),
        "shares": [_share(share, language) for share in shares],
        "median": int(cohort.median) if cohort.median else None,
        "due": _interval(cohort, language),
    }  # fmt: skip


def _share(share: tuple[float, float, float] | None, language: str) -> tuple[str, str] | None:
    if share is None:
        return None
    value, low, high = (format.percent(part, language, 0) for part in share)
    return value, Text(f"{low} to {high}", f"{low}〜{high}").in_(language)


def _interval(cohort: Cohort, language: str) -> tuple[str, str] | None:
    due = cohort.by_due
    if due is None:
        return None
    low, high = format.percent(due.low, language, 0), format.percent(due.high, language, 0)
    told = Text(f"{due.part} of {due.whole}, {low} to {high}", f"{due.whole}件中{due.part}件、{low}〜{high}")
    return format.percent(due.value, language, 0), told.in_(language)


def _curves(found: list[Cohort], language: str) -> Lines | None:
    """Share that has reached the goal, by day, of the newest cohorts that have a curve."""
    drawn = [one for one in found if one.curve][:MOST_CURVES]
    last = max((int(t) for one in drawn if one.curve for t in one.curve.times if t < cohorts.NEVER), default=0)
    if not drawn or not last:
        return None
    days = list(range(min(last, 180) + 1))
    series = []
    for one in drawn:
        shares = [one.share(day) if day else (0.0, 0.0, 0.0) for day in days]
        values = tuple(None if share is None else round(100 * share[0], 1) for share in shares)
        texts = tuple("—" if value is None else f"{value:g} %" for value in values)
        label = Text(f"{one.key} (n = {one.projects})", f"{one.key}（n={one.projects}）") if one.key else WAYS["all"]
        series.append(Series(label, values, texts))
    every = max(10, 10 * (len(days) // 80 + 1))
    return Lines(
        tuple(str(day) for day in days), tuple(series), _story(drawn, language), 0.0, 100.0, edges=(100 * TARGET,),
        axis=Text("Day of the project", "経過日数"), has_steps=True, every=every,
    )  # fmt: skip


def _story(drawn: list[Cohort], language: str) -> Text:
    newest = drawn[0]
    share = newest.share(30)
    told = format.percent(share[0], language, 0) if share else "—"
    return Text(
        f"Share that has reached the goal by day; of {newest.key or 'all'}, {told} by day 30.",
        f"経過日数ごとの達成割合。{newest.key or '全体'}は30日目までに{told}。",
    )


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The table as CSV or Excel, of the projects within the right to export."""
    language = get_language() or "ja"
    goal, by, template = _asked(request)
    found = _read(request, goal, by, template, within=Permission.EXPORT)
    exports.note(request, "onboarding", len(found), {"goal": goal, "by": by, "template": template}, room="work")

    def table() -> Iterator[list[Any]]:
        for one in found:
            shares = [one.share(day) for day in MARKS]
            yield [
                one.key, one.projects, one.reached, one.under_way, one.over,
                *("" if share is None else round(share[0], 4) for share in shares),
                one.median or "", round(one.by_due.value, 4) if one.by_due else "",
            ]  # fmt: skip

    return exports.answer(kind, "onboarding-completion", [head.in_(language) for head in HEAD], table(), request.at)


urlpatterns = [
    path("onboarding/completion", completion, name="onboarding-cohorts"),
    path("onboarding/completion/export.<str:kind>", export, name="onboarding-cohorts-export"),
]
