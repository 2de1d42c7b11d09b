"""The list of tasks: mine, the team's, all; filters and order in the address."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import navigation, saved_views
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.web.tasks import filters as task_filters
from nenrin.web.tasks import rows as task_rows
from nenrin.web.tasks import views
from nenrin.web.tasks.filters import Choices
from nenrin.work.models import Task

#: The tabs that everyone has.
BUILT_IN = (
    (Text("Mine", "自分"), ""),
    (Text("Due today", "今日まで"), "due=today"),
    (Text("Overdue", "期限超過"), "due=late"),
    (Text("Team", "チーム"), "whose=team"),
    (Text("All open", "すべての未完了"), "whose=all"),
    (Text("Put off", "あとで"), "state=snoozed"),
    (Text("Ended", "完了"), "state=done"),
)


@requires(Permission.TASKS_VIEW)
def tasks(request: MemberRequest) -> HttpResponse:
    """Tasks in the viewer's scope; the bare address is the viewer's default view, or their own open tasks."""
    marked = saved_views.of(request.user, views.PAGE)
    opening = next((each.view.query for each in marked if each.is_default), "")
    if not request.GET and opening:
        return HttpResponseRedirect(f"{reverse(views.PAGE)}?{opening}")
    today, sort = navigation.today(request), chosen_sort(request, task_rows.SORTS, task_rows.DEFAULT_SORT)
    filters, rows = shown(request)
    page = page_of(ordered(rows, sort, task_rows.SORTS), request)
    lines = task_rows.lines(page.object_list, request.user, today)
    choices, way = Choices.of(request.user), plain(request.GET.get("group"), 20)
    account = _account(filters, request.user)
    context = {
        "as_of": request.at,
        "page": page,
        "lines": lines,
        "groups": task_rows.grouped(lines, way, today) if way in task_rows.WAYS else [],
        "way": way if way in task_rows.WAYS else "",
        "ways": task_rows.WAYS.items(),
        "sort": sort,
        "filters": filters,
        "choices": choices,
        "chips": task_filters.chips(filters, choices, request.GET, account),
        "tabs": _tabs(request, marked, opening),
        "views": views.menu(request, marked),
        "may_share": saved_views.may_share(request.user),
        "has_filters": set(request.GET) & set(task_filters.LABELS),
        "late": rows.filter(Q(due_on__lt=today)).count() if filters.get("state") == "open" else 0,
        "back": request.GET.urlencode(),
        **may(request.user),
    }
    return render(request, "tasks/list.html", context)


def shown(
    request: MemberRequest, permission: Permission = Permission.TASKS_VIEW
) -> tuple[dict[str, str], QuerySet[Task]]:
    """The filters in force, and the rows that pass them. Whoever reads no personal data cannot search in words."""
    filters = task_filters.asked(request.GET)
    if not visible(request.user, FieldClass.PERSONAL):
        filters.pop("q", None)
    rows = task_filters.applied(
        task_rows.within(request.user, permission), filters, request.user, navigation.today(request)
    )
    return filters, rows


def may(member: Member) -> dict[str, Any]:
    """What the viewer may do with tasks."""
    return {
        "may_edit": allowed(member, Permission.TASKS_EDIT) is not None,
        "may_export": allowed(member, Permission.EXPORT) is not None,
    }


def _account(filters: dict[str, str], member: Member) -> str:
    key = whole(filters.get("account"))
    rows = Account.objects.for_member(member, Permission.TASKS_VIEW)
    return rows.filter(pk=key).values_list("name", flat=True).first() or "" if key else ""


def _tabs(request: MemberRequest, marked: list[saved_views.Marked], opening: str) -> list[Tab]:
    home, here = reverse(views.PAGE), views.essence(request.GET.urlencode())
    mine = "whose=mine" if opening else ""
    built_in = [(label, query or mine) for label, query in BUILT_IN if query != "whose=team" or request.user.team_id]
    own: list[tuple[Text | str, str]] = [(each.view.name, each.view.query) for each in marked if each.is_pinned]
    return [
        Tab(label, f"{home}?{query}" if query else home, here == views.essence(query))
        for label, query in [*built_in, *own]
    ]


urlpatterns = [path("tasks", tasks, name=views.PAGE)]
