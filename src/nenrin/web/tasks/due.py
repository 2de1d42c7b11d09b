"""What a form says of the due day that somebody types: no business day, or past, with the business day that follows."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import Permission
from nenrin.web import navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.tasks.forms import TaskForm
from nenrin.work import due_days


@requires(Permission.TASKS_EDIT)
def due(request: MemberRequest) -> HttpResponse:
    """The words beside the field, for the day in the address; with `take` the field takes the business day offered."""
    odd = due_days.doubt(_day(request), navigation.today(request))
    if odd is None or not request.GET.get("take"):
        return render(request, "tasks/due.html", {"odd": odd})
    form = TaskForm(initial={"due_on": odd.instead}, member=request.user)
    form.fields["due_on"].widget.attrs |= {"hx-swap-oob": "true", "data-focus-first": ""}
    return render(request, "tasks/due.html", {"taken": odd.instead, "field": form["due_on"]})


def _day(request: MemberRequest) -> date | None:
    try:
        found = date.fromisoformat(plain(request.GET.get("due_on"), 10))
    except ValueError:
        return None
    return found if 1 < found.year < 9000 else None


urlpatterns = [path("tasks/due", due, name="task-due")]
