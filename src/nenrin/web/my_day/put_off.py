"""What a member put off or dismissed: searched, sorted, taken back, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, in_order, plain
from nenrin.work.models import QueueAnswer
from nenrin.work.queue import asking

EDIT = Permission.TASKS_EDIT
STATES: Final = {"snoozed": Text("Later", "あとで"), "dismissed": Text("Dismissed", "見送り")}
SORTS: Final[Mapping[str, Callable[[QueueAnswer], Any]]] = {
    "account": lambda row: row.account.search, "state": lambda row: row.state, "until": lambda row: row.until_on,
    "at": lambda row: row.at,
}  # fmt: skip
FILTERS = ("q", "state")
HEADS = (
    Text("Account", "顧客"), Text("Why it was asked", "提案の理由"), Text("Answer", "回答"), Text("Reason", "理由"),
    Text("Until", "期限"), Text("When", "日時"),
)  # fmt: skip


@requires(EDIT)
def put_off(request: MemberRequest) -> HttpResponse:
    """One's own answers that still hold, the last first, with the way back."""
    filters, sort = _filters(request), chosen_sort(request, SORTS, "-at")
    context = {
        "rows": in_order(_rows(request, filters), sort, SORTS),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "states": STATES.items(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
        "as_of": request.at,
    }
    return render(request, "my_day/put_off.html", context)


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in FILTERS}


def _rows(request: MemberRequest, filters: Mapping[str, str]) -> list[QueueAnswer]:
    rows = asking.put_off(request.user, navigation.today(request))
    said, state = normal(filters["q"]), filters["state"]
    return [
        row for row in rows if said in row.account.search and (state not in STATES or row.state == state)
    ]  # fmt: skip


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order: accounts within the right to export."""
    filters, sort = _filters(request), chosen_sort(request, SORTS, "-at")
    found = _rows(request, filters) if allowed(request.user, EDIT) is not None else []
    mine = Account.objects.for_member(request.user, Permission.EXPORT)
    within = set(mine.filter(pk__in={row.account_id for row in found}).values_list("pk", flat=True))
    rows = in_order((row for row in found if row.account_id in within), sort, SORTS)
    language, may_read = exports.language(), visible(request.user, FieldClass.PERSONAL)
    exports.note(request, "queue", len(rows), filters, room="work")
    lines = (_cells(row, language, may_read) for row in rows)
    return exports.answer(kind, "put-off", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(row: QueueAnswer, language: str, may_read: bool) -> list[Any]:
    return [row.account.name, row.shown.in_(language), STATES[row.state].in_(language), row.words if may_read else "",
            row.until_on, row.at.isoformat()]  # fmt: skip


urlpatterns = [
    path("my-day/put-off", put_off, name="my-day-put-off"),
    path("my-day/put-off/export.<str:kind>", export, name="my-day-put-off-export"),
]
