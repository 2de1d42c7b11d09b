"""The list of onboarding projects, the board by phase, and the list as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.foundation.calendar import day_of
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of
from nenrin.web.onboarding import common, filters, lines
from nenrin.web.onboarding.filters import SORTS
from nenrin.work.models import OnboardingProject
from nenrin.work.models.onboarding import STANDINGS, STATES, Standing, State
from nenrin.work.onboarding import policies

_URGENCY = Case(
    *(
        When(state=State.RUNNING, standing=standing, then=Value(place))
        for place, standing in enumerate((Standing.STUCK, Standing.BEHIND, Standing.ON_TRACK))
    ),
    default=Value(3),
)
#: No board of more cards can be read; the list has them all.
MOST_CARDS = 300
HEAD = (
    Text("id", "id"), Text("Account", "顧客"), Text("Project", "プロジェクト"), Text("State", "状態"),
    Text("Standing", "進み具合"), Text("Phase", "フェーズ"), Text("Turn", "対応待ち"), Text("Owner", "担当"),
    Text("Start", "開始日"), Text("Planned end", "完了予定日"), Text("Expected end", "完了見込み"),
    Text("Steps settled", "完了ステップ"), Text("Steps", "ステップ数"), Text("Overdue, theirs", "期限超過（お客様）"),
    Text("Overdue, ours", "期限超過（当社）"), Text("First value", "最初の成功体験"), Text("Completed", "完了日"),
)  # fmt: skip


@requires(common.VIEW)
def onboarding(request: MemberRequest) -> HttpResponse:
    """Every project in the viewer's scope, those that need somebody first."""
    asked = filters.read(request.GET)
    sort = chosen_sort(request, SORTS, "standing_first")
    rows = _ordered(_rows(request, asked), sort)
    page = page_of(rows.select_related("account", "owner"), request)
    context = _shared(request, asked, "onboarding") | {
        "page": page, "lines": lines.of(page.object_list, navigation.today(request)), "sort": sort,
        "query": request.GET.urlencode(), "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }  # fmt: skip
    return render(request, "onboarding/list.html", context)


@requires(common.VIEW)
def board(request: MemberRequest) -> HttpResponse:
    """Projects under way by phase: no card is dragged, a project moves as its steps are done."""
    asked = filters.read(request.GET)
    rows = _rows(request, asked).select_related("account", "owner").order_by("due_on", "pk")
    found = lines.of(rows[:MOST_CARDS], navigation.today(request))
    own = own_money.on(navigation.today(request))
    lanes = lines.lanes(found, own)
    unrated = sorted({name for lane in lanes for name in lane.unrated})
    context = _shared(request, asked, "onboarding-board") | {
        "lanes": lanes, "rates": own.used({one.row.account.currency for one in found}),
        "unrated": own_money.left_out(unrated), "is_cut": len(found) == MOST_CARDS,
        "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "onboarding/board.html", context)


def _rows(request: MemberRequest, asked: filters.Filters) -> QuerySet[OnboardingProject]:
    return filters.apply(_mine(request), asked, request.user)


def _mine(request: MemberRequest) -> QuerySet[OnboardingProject]:
    rows: QuerySet[OnboardingProject] = OnboardingProject.objects.for_member(request.user, common.VIEW)
    return rows.filter(account__archived_at__isnull=True)


def _ordered(rows: QuerySet[OnboardingProject], sort: str) -> QuerySet[OnboardingProject]:
    """Stuck, behind, on track, then those that do not run, each by what is due first."""
    if sort == "standing_first":
        return rows.order_by(_URGENCY, "due_on", "pk")
    return ordered(rows, sort, SORTS)


def _shared(request: MemberRequest, asked: filters.Filters, here: str) -> dict[str, Any]:
    policy = policies.current()
    return {
        "as_of": request.at,
        "tabs": common.tabs(here),
        "filters": asked,
        "choices": filters.choices(request.user),
        "standings": STANDINGS.items(),
        "states": STATES.items(),
        "balls": common.BALLS.items(),
        "facts": _facts(request),
        "meaning": common.meaning(policy),
        "day_meaning": common.day_meaning(),
        "may_start": allowed(request.user, common.EDIT) is not None,
        "Standing": Standing,
    }


def _facts(request: MemberRequest) -> list[Fact]:
    """How many run, and how they stand: one query."""
    running = Q(state=State.RUNNING)
    found = _mine(request).aggregate(
        running=Count("pk", filter=running),
        stuck=Count("pk", filter=running & Q(standing=Standing.STUCK)),
        behind=Count("pk", filter=running & Q(standing=Standing.BEHIND)),
        theirs=Count("pk", filter=running & Q(overdue_theirs__gt=0)),
        paused=Count("pk", filter=Q(state=State.PAUSED)),
    )
    meaning = common.meaning(policies.current())
    return [
        Fact(Text("Running", "進行中"), str(found["running"]), note=_paused(found["paused"]), meaning=Text(
            "Projects that have begun and are neither closed nor paused.", "開始済みで、完了・中止・一時停止のいずれでもないプロジェクト。"),
            at=request.at, key="onboarding-running"),
        Fact(STANDINGS[Standing.STUCK], str(found["stuck"]), meaning=meaning[Standing.STUCK], at=request.at, key="stuck"),
        Fact(STANDINGS[Standing.BEHIND], str(found["behind"]), meaning=meaning[Standing.BEHIND], at=request.at, key="behind"),
        Fact(
            Text("Theirs overdue", "お客様側の期限超過"), str(found["theirs"]),
            meaning=Text("Projects in which a step of the customer is past its last day.", "お客様側のステップが期日を過ぎているプロジェクトの数。"),
            at=request.at, key="theirs-overdue",
        ),
    ]  # fmt: skip


def _paused(count: int) -> Text:
    return Text(f"{count} paused", f"一時停止 {count}") if count else Text("", "")


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The list with the same filters, of accounts within the right to export, as CSV or Excel."""
    language = get_language() or "ja"
    asked = filters.read(request.GET)
    reach = OnboardingProject.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = _ordered(_rows(request, asked).filter(pk__in=reach), chosen_sort(request, SORTS, "standing_first"))
    told = {name: getattr(asked, name) for name in filters.NAMES if getattr(asked, name)}
    exports.note(request, "onboarding", rows.count(), told, room="work")
    today = day_of(request.at, ZoneInfo(request.organisation.zone))

    def table() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, rows.select_related("account", "owner")):
            yield from (_cells(line, language) for line in lines.of(chunk, today))

    return exports.answer(kind, "onboarding", [head.in_(language) for head in HEAD], table(), request.at)


def _cells(line: lines.Line, language: str) -> list[Any]:
    row = line.row
    return [
        row.pk, row.account.name, row.name, STATES[State(row.state)].in_(language), line.standing.in_(language),
        line.phase.in_(language), line.ball.in_(language), row.owner.name if row.owner else "", row.starts_on,
        row.due_on, row.forecast_on, row.steps_settled, row.steps_all, row.overdue_theirs, row.overdue_ours,
        row.first_value_on or "", row.completed_on or "",
    ]  # fmt: skip


urlpatterns = [
    path("onboarding", onboarding, name="onboarding"),
    path("onboarding/board", board, name="onboarding-board"),
    path("onboarding/export.<str:kind>", export, name="onboarding-export"),
]
