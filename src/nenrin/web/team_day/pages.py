"""The team's day: member by member what there is to do and how much time there is; and one member's day to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models.capacity import WHOLE
from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Member, Team
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, in_order, whole
from nenrin.web.my_day import pages as my_day_pages
from nenrin.work import capacity, touch_changes
from nenrin.work.capacity import Line
from nenrin.work.queue import asking, busy

VIEW = Permission.CAPACITY_VIEW
#: Whose work is with accounts of their own.
LOOKING_AFTER = (Role.CSM, Role.ONBOARDING, Role.HEAD)
SORTS: dict[str, Callable[[Line], Any]] = {
    "member": lambda line: line.member.name,
    "accounts": lambda line: line.portfolio.accounts,
    "arr": lambda line: line.portfolio.arr,
    "share": lambda line: line.fullness,
    "rows": lambda line: line.rows,
    "late": lambda line: line.due.overdue,
    "risk": lambda line: line.portfolio.at_risk,
    "untouched": lambda line: line.portfolio.untouched,
    "planned": lambda line: line.planned.share,
}
HEADS = (
    Text("Member", "担当"), Text("Team", "チーム"), Text("Stands in today", "本日の代理"), Text("Accounts", "顧客数"),
    Text("ARR", "ARR"), Text("Currency", "通貨"), Text("Minutes today", "今日の見込み（分）"),
    Text("Share of time for customer success (%)", "CS業務の割合（%）"), Text("Other role", "兼務"),
    Text("Minutes a day for accounts", "顧客対応に使える時間（分）"), Text("Minutes of today's meetings", "今日の会議（分）"),
    Text("Minutes left today", "今日使える時間（分）"), Text("Share of the day", "使用率"),
    Text("Rows of the day", "今日やることの件数"), Text("Tasks due", "期日到来のタスク"), Text("Tasks overdue", "期限超過のタスク"),
    Text("Oldest due day", "最も古い期日"), Text("At risk", "危険な顧客"), Text("At-risk ARR", "解約リスクARR"),
    Text(f"At risk, no contact for {capacity.UNTOUCHED_DAYS} days", f"危険で{capacity.UNTOUCHED_DAYS}日以上接点なし"),
    Text("Minutes planned a month", "月間の計画時間（分）"), Text("Planned share of a month", "月間の計画の割合"),
    Text("Queue made at", "集計日時"),
)  # fmt: skip


def members(team: int | None = None) -> QuerySet[Member]:
    """Active members with accounts of their own, whose role it is, or who share their time with it."""
    owning = Q(role__in=LOOKING_AFTER) | Q(pk__in=_owners()) | Q(capacity__share_percent__lt=WHOLE)
    rows = Member.objects.filter(owning, is_active=True).select_related("team").order_by("name")
    return rows if team is None else rows.filter(team=team)


def _owners() -> QuerySet[Member, Any]:
    return Member.objects.filter(assignments__until_on__isnull=True, assignments__phase="primary").values("pk")


@requires(VIEW)
def team_day(request: MemberRequest) -> HttpResponse:
    """Everybody's load against their minutes, the fullest first; `?team=` narrows it."""
    org = navigation.organisation_of(request) or organisation.current()
    today = navigation.today(request)
    team = whole(request.GET.get("team"))
    found = capacity.lines(members(team), today, request.at, own_money.on(today))
    sort = chosen_sort(request, SORTS, "-share")
    stale = [line.queue.at for line in found if line.queue]
    found = in_order(found, sort, SORTS)
    context = {
        "as_of": request.at,
        "today": today,
        "sort": sort,
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "lines": [(line, _minutes(line), Money(line.portfolio.arr, org.currency)) for line in found],
        "facts": _facts(found, org.currency, today),
        "teams": Team.objects.order_by("name"),
        "team": team,
        "queues_at": min(stale, default=None),
        "unmade": [line.member.name for line in found if line.queue is None],
        "untouched_days": capacity.UNTOUCHED_DAYS,
        "may_assign": allowed(request.user, Permission.ACCOUNTS_ASSIGN) is not None,
        "changes": touch_changes.told(request.user, request.at),
    }
    return render(request, "team_day/team_day.html", context)


@requires(Permission.EXPORT)
def team_export(request: MemberRequest, kind: str) -> Any:
    """The table as a file, in its order, for who may see capacity: figures of members, none of a single account."""
    org = navigation.organisation_of(request) or organisation.current()
    team, sort, language = whole(request.GET.get("team")), chosen_sort(request, SORTS, "-share"), get_language() or "ja"
    may = allowed(request.user, VIEW) is not None
    own = own_money.on(navigation.today(request))
    found = capacity.lines(members(team) if may else [], own.day, request.at, own)
    lines = [_cells(line, org.currency) for line in in_order(found, sort, SORTS)]
    exports.note(request, "load", len(lines), {"team": str(team or "")}, room="work")
    return exports.answer(kind, "team-day", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(line: Line, currency: str) -> list[Any]:
    member, held, due, queue = line.member, line.portfolio, line.due, line.queue
    return [
        member.name, member.team.name if member.team else "", line.deputy.name if line.deputy else "", held.accounts,
        Money(held.arr, currency).major, currency, line.minutes, line.planned.percent,
        line.planned.other.in_(get_language() or "ja"), line.minutes_a_day,
        line.busy, line.free, None if line.share is None else round(line.share, 3), line.rows, due.due, due.overdue,
        due.oldest, held.at_risk, Money(held.at_risk_arr, currency).major, held.untouched, line.planned.minutes,
        None if line.planned.share is None else round(line.planned.share, 3), queue.at.isoformat() if queue else "",
    ]  # fmt: skip


def _minutes(line: Line) -> tuple[float, bool]:
    """The share of the day's minutes for the bar, at most one, and whether it is more than the day holds."""
    return min(line.fullness, 1.0), line.is_over


def _facts(found: list[Line], currency: str, today: date) -> list[Fact]:
    language = get_language() or "ja"
    arr = Money(sum(line.portfolio.arr for line in found), currency)
    risk = Money(sum(line.portfolio.at_risk_arr for line in found), currency)
    minutes, holds = sum(line.minutes for line in found), sum(line.free for line in found)
    over = sum(line.is_over for line in found)
    late, alone = sum(line.due.overdue for line in found), sum(line.portfolio.untouched for line in found)
    return [
        Fact(Text("Members", "メンバー"), Text(f"{len(found)}", f"{len(found)}名"), key="members", meaning=_WHO),
        Fact(Text("ARR", "ARR"), format.money(arr, language, "compact"), key="arr"),
        Fact(Text("At-risk ARR", "解約リスクARR"), format.money(risk, language, "compact"), key="at_risk_arr"),
        Fact(
            Text("Minutes today", "今日の見込み時間"), Text(f"{minutes:,} of {holds:,}", f"{minutes:,} / {holds:,}分"),
            Text(f"{over} over capacity", f"余力超過 {over}名"), key="team_minutes", meaning=_MINUTES,
        ),
        Fact(Text("Overdue tasks", "期限超過タスク"), Text(f"{late:,}", f"{late:,}件"), key="overdue_tasks", meaning=_LATE),
        Fact(
            Text("At risk, left alone", "接点のない危険な顧客"), Text(f"{alone:,}", f"{alone:,}社"), key="untouched",
            meaning=_ALONE,
        ),
    ]  # fmt: skip


_WHO = Text("Active members who look after accounts.", "顧客を担当する有効なメンバー。")
_MINUTES = Text(
    "Minutes of all rows of each queue and of due tasks, against the minutes for accounts that today's meetings leave. Who is"
    " away has none; their rows count once, with the deputy.",
    "各メンバーの「今日やること」全件と期日が来たタスクの所要分数と、顧客対応に使える1日の分数から今日の会議を除いた分数。"
    "不在のメンバーは0分とし、その分の仕事は代理の担当者に1回だけ数える。",
)
_LATE = Text("Open tasks whose day has passed.", "期日を過ぎた未完了タスクの数。")
_ALONE = Text(
    f"Health at risk, and nobody was in touch for {capacity.UNTOUCHED_DAYS} days.",
    f"ヘルスが「危険」で、{capacity.UNTOUCHED_DAYS}日間だれも接点を持っていない顧客の数。",
)


@requires(VIEW)
def member_day(request: MemberRequest, key: int) -> HttpResponse:
    """One member's day as they see it, to look at."""
    member = Member.objects.filter(pk=key, is_active=True).select_related("team").first()
    if member is None:
        raise Http404
    org = navigation.organisation_of(request) or organisation.current()
    zone = ZoneInfo(org.zone)
    today = day_of(request.at, zone)
    meetings = busy.meetings(member, today, zone)
    day = asking.my_day(member, today, request.at, org, busy=busy.minutes(meetings))
    context = my_day_pages.context(request, day, meetings, zone)
    return render(request, "my_day/my_day.html", context)


urlpatterns = [
    path("team-day", team_day, name="team-day"),
    path("team-day/export.<str:kind>", team_export, name="team-day-export"),
    path("team-day/members/<int:key>", member_day, name="team-day-member"),
]
