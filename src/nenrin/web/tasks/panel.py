"""The open tasks of an account and its next meetings: fetched after its page, which has enough to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.foundation import organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.web import navigation
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.tasks.rows import Line, lines, within
from nenrin.work.models import Meeting

SHOWN, MEETINGS = 5, 3


@dataclass(frozen=True, slots=True)
class Panel:
    """The tasks due first, and where one adds another ("" for whoever may not)."""

    lines: list[Line]
    all_url: str
    new_url: str
    meetings: list[tuple[Meeting, date | None]]  # the next ones; of a whole day its day
    may_read: bool
    meeting_url: str


@requires(Permission.TASKS_VIEW)
def account_errands(request: MemberRequest, key: int) -> HttpResponse:
    """A fragment of the account's overview."""
    account = find(request, key, Permission.TASKS_VIEW)
    return render(request, "tasks/panel.html", {"account": account, "tasks": _of(key, request), "as_of": request.at})


def _of(account: int, request: MemberRequest) -> Panel:
    rows = within(request.user).filter(account=account, state="open").order_by("due_on", "pk")[:SHOWN]
    may_add = allowed(request.user, Permission.TASKS_EDIT) is not None
    back = quote(reverse("account", args=[account]))
    new_url = f"{reverse('task-new')}?account={account}&next={back}" if may_add else ""
    all_url = f"{reverse('tasks')}?account={account}&state=all"
    ahead = Meeting.objects.for_member(request.user, Permission.MEETINGS_VIEW).standing()
    meetings = ahead.filter(account=account, ends_at__gte=request.at).order_by("starts_at", "pk")[:MEETINGS]
    may_plan = allowed(request.user, Permission.MEETINGS_EDIT) is not None
    meeting_url = f"{reverse('meeting-new')}?account={account}&next={back}" if may_plan else ""
    may_read = visible(request.user, FieldClass.PERSONAL)
    shown = lines(rows, request.user, navigation.today(request))
    zone = organisation.zone()
    named = [(one, day_of(one.starts_at, zone) if one.is_all_day else None) for one in meetings]
    return Panel(shown, all_url, new_url, named, may_read, meeting_url)


urlpatterns = [path("accounts/<int:key>/errands", account_errands, name="account-errands")]
