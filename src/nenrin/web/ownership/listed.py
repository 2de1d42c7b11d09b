"""The list of handovers among ourselves: those asked of oneself first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers import deputies
from nenrin.customers.models import Handover
from nenrin.customers.statuses import Phase, word
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole

VIEW = Permission.TASKS_VIEW
STATES: dict[str, Text] = {
    "proposed": Text("Waiting for an answer", "回答待ち"),
    "accepted": Text("Taken over", "引き継ぎ済み"),
    "declined": Text("Declined", "辞退"),
    "withdrawn": Text("Taken back", "取り下げ"),
}
SORTS = {
    "account": "account__name", "phase": "phase", "giver": "giver__name", "receiver": "receiver__name", "state": "state",
    "asked": "proposed_at", "answered": "answered_at",
}  # fmt: skip
FILTERS = ("q", "state", "member")
HEADS = (
    Text("Account", "顧客"), Text("As", "役割"), Text("From whom", "引き継ぎ元"), Text("To whom it goes", "引き継ぎ先"),
    Text("State", "状態"), Text("Asked by", "依頼者"), Text("Asked", "依頼日時"), Text("Answered", "回答日時"),
    Text("Note", "メモ"), Text("Why it was declined", "辞退の理由"),
)  # fmt: skip


@requires(VIEW)
def listing(request: MemberRequest) -> HttpResponse:
    """Those asked of oneself, and of whom one stands in for, first; then those of one's accounts."""
    today = navigation.today(request)
    rows, filters = _asked(request)
    theirs = {away for away, deputy in deputies.of(today).items() if deputy == request.user.pk} | {request.user.pk}
    waits = Q(state="proposed", receiver__in=theirs)
    sort = chosen_sort(request, SORTS, "-asked")
    page = page_of(ordered(rows.exclude(waits), sort, SORTS), request)
    context = {
        "mine": _lines(ordered(rows.filter(waits), sort, SORTS)),
        "others": _lines(page.object_list),
        "page": page,
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "states": STATES.items(),
        "members": list(Member.objects.filter(is_active=True).order_by("name").values_list("pk", "name")),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "as_of": request.at,
    }
    return render(request, "ownership/handovers.html", context)


def _asked(request: MemberRequest, permission: Permission = VIEW) -> tuple[QuerySet[Handover], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Handover.objects.for_member(request.user, permission, navigation.today(request))
    rows = rows.select_related("account", "giver", "receiver")
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    if filters["state"] in STATES:
        rows = rows.filter(state=filters["state"])
    if member := whole(filters["member"]):
        rows = rows.filter(Q(giver=member) | Q(receiver=member))
    return rows, filters


def _lines(rows: Iterable[Handover]) -> list[tuple[Handover, Text, Text]]:
    return [(row, word(Phase(row.phase)), STATES[row.state]) for row in rows]


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order; free words only for roles that read personal data."""
    rows, filters = _asked(request, Permission.EXPORT)
    seen = Handover.objects.for_member(request.user, VIEW, navigation.today(request)).values("pk")
    rows = ordered(rows.filter(pk__in=seen), chosen_sort(request, SORTS, "-asked"), SORTS)
    language, may_read = exports.language(), visible(request.user, FieldClass.PERSONAL)
    base = Handover.objects.select_related("account", "giver", "receiver", "proposed_by")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            yield from (_cells(row, language, may_read) for row in chunk)

    exports.note(request, "handover", rows.count(), filters)
    return exports.answer(kind, "handovers", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(row: Handover, language: str, may_read: bool) -> list[Any]:
    return [
        row.account.name, word(Phase(row.phase)).in_(language), row.giver.name if row.giver else "", row.receiver.name,
        STATES[row.state].in_(language), row.proposed_by.name if row.proposed_by else "", row.proposed_at.isoformat(),
        row.answered_at.isoformat() if row.answered_at else "", row.note if may_read else "",
        row.answer if may_read else "",
    ]  # fmt: skip


urlpatterns = [
    path("handovers", listing, name="handovers"),
    path("handovers/export.<str:kind>", export, name="handovers-export"),
]
