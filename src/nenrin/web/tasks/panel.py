"""The open tasks of an account, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse

from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.web import navigation
from nenrin.web.guard import MemberRequest
from nenrin.web.tasks.rows import Line, lines, within
from nenrin.work.models import Meeting

SHOWN, MEETINGS = 5, 3


@dataclass(frozen=True, slots=True)
class Panel:
    """The tasks due first, and where one adds another ("" for whoever may not)."""

    lines: list[Line]
    all_url: str
    new_url: str
    meetings: list[Meeting]  # the next ones
    may_read: bool
    meeting_url: str


def of(account: int, request: MemberRequest) -> Panel | None:
    """Two queries; None where the viewer sees no tasks."""
    if allowed(request.user, Permission.TASKS_VIEW) is None:
        return None
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
    return Panel(shown, all_url, new_url, list(meetings), may_read, meeting_url)
