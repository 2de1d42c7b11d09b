"""Duplicates as lists: pairs that may be one company, and what was merged before; each found, ordered, taken as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers import candidates
from nenrin.customers.candidates import REASONS, Candidate
from nenrin.customers.models import Account, Merge
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, chosen_sort, in_order, ordered, page_of, plain

MERGE: Final = Permission.ACCOUNTS_MERGE
#: Pairs that are looked for; more say nothing until these are settled.
AT_MOST: Final = 1000
SORTS: Final[Mapping[str, Callable[[Candidate], Any]]] = {
    "keeps": lambda one: one.survivor.name, "taken": lambda one: one.absorbed.name,
    "why": lambda one: list(REASONS.values()).index(one.reason),
}  # fmt: skip
DONE_SORTS: Final = {"taken": "absorbed__name", "into": "survivor__name", "when": "merged_at", "by": "merged_by"}
STATES: Final = {"kept": Text("merged", "統合済み"), "undone": Text("undone", "取り消し済み")}
HEADS: Final = (Text("Keeps", "残す側"), Text("Is taken in", "統合される側"), Text("Why", "理由"))
DONE_HEADS: Final = (
    Text("Taken in", "統合された顧客"), Text("Into", "統合先"), Text("When", "日時"), Text("By", "担当"), Text("State", "状態"),
)  # fmt: skip


@requires(MERGE)
def merges(request: MemberRequest) -> HttpResponse:
    """Pairs that may be one company, the strongest reason first unless asked otherwise."""
    sort = chosen_sort(request, SORTS, "why")
    found = _pairs(request, sort, MERGE)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = _common(request, "merges", ("q", "reason")) | {
        "page": page,
        "candidates": list(page.object_list),
        "reasons": REASONS.items(),
        "sort": sort,
        "at_most": AT_MOST if len(found) == AT_MOST else None,
    }
    return render(request, "accounts/merges.html", context)


def _common(request: MemberRequest, here: str, names: tuple[str, ...]) -> dict[str, Any]:
    filters = _filters(request, names)
    return {
        "as_of": request.at,
        "tabs": [
            Tab(Text("Candidates", "候補"), reverse("merges"), here == "merges"),
            Tab(Text("Merged before", "統合の履歴"), reverse("merges-done"), here == "merges-done"),
        ],
        "filters": filters,
        "has_filters": any(filters.values()),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }


def _filters(request: MemberRequest, names: tuple[str, ...]) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in names}


def _reach(request: MemberRequest, permission: Permission) -> QuerySet[Account]:
    """Accounts on which the viewer may merge, and holds this right as well."""
    rows = Account.objects.for_member(request.user, MERGE)
    if permission is not MERGE:
        rows = rows.filter(pk__in=Account.objects.for_member(request.user, permission).values("pk"))
    return rows


def _pairs(request: MemberRequest, sort: str, permission: Permission) -> list[Candidate]:
    filters = _filters(request, ("q", "reason"))
    said, reason = normal(filters["q"]), REASONS.get(filters["reason"])
    found = [
        pair
        for pair in candidates.found(_reach(request, permission), AT_MOST)
        if (said in pair.survivor.search or said in pair.absorbed.search) and reason in (None, pair.reason)
    ]
    return in_order(found, sort, SORTS)


@requires(MERGE)
def done(request: MemberRequest) -> HttpResponse:
    """What was merged before, the newest first unless asked otherwise; each can be undone."""
    sort = chosen_sort(request, DONE_SORTS, "-when")
    page = page_of(_done(request, sort, MERGE), request)
    context = _common(request, "merges-done", ("q", "state")) | {
        "page": page,
        "done": list(page.object_list),
        "states": STATES.items(),
        "sort": sort,
    }
    return render(request, "accounts/merged.html", context)


def _done(request: MemberRequest, sort: str, permission: Permission) -> QuerySet[Merge]:
    filters = _filters(request, ("q", "state"))
    rows = Merge.objects.filter(survivor__in=_reach(request, permission)).select_related("survivor", "absorbed")
    if said := normal(filters["q"]):
        rows = rows.filter(Q(survivor__search__contains=said) | Q(absorbed__search__contains=said))
    if filters["state"] in STATES:
        rows = rows.filter(undone_at__isnull=filters["state"] == "kept")
    return ordered(rows, sort, DONE_SORTS)


@requires(Permission.EXPORT)
def merges_export(request: MemberRequest, kind: str) -> Any:
    """The pairs as a file, in their order, of accounts within the right to export."""
    rows, language = _pairs(request, chosen_sort(request, SORTS, "why"), Permission.EXPORT), exports.language()
    exports.note(request, "merge", len(rows), _filters(request, ("q", "reason")))
    lines = ([one.survivor.name, one.absorbed.name, one.reason.in_(language)] for one in rows)
    return exports.answer(kind, "duplicates", [head.in_(language) for head in HEADS], lines, request.at)


@requires(Permission.EXPORT)
def done_export(request: MemberRequest, kind: str) -> Any:
    """What was merged before as a file, in its order, of accounts within the right to export."""
    rows, language = _done(request, chosen_sort(request, DONE_SORTS, "-when"), Permission.EXPORT), exports.language()
    exports.note(request, "merge", rows.count(), _filters(request, ("q", "state")))
    lines = (_cells(row, language) for row in rows.iterator(exports.CHUNK))
    return exports.answer(kind, "merges", [head.in_(language) for head in DONE_HEADS], lines, request.at)


def _cells(row: Merge, language: str) -> list[Any]:
    state = STATES["undone" if row.undone_at else "kept"].in_(language)
    return [row.absorbed.name, row.survivor.name, row.merged_at.isoformat(), row.merged_by, state]


urlpatterns = [
    path("accounts/merges", merges, name="merges"),
    path("accounts/merges/export.<str:kind>", merges_export, name="merges-export"),
    path("accounts/merges/done", done, name="merges-done"),
    path("accounts/merges/done/export.<str:kind>", done_export, name="merges-done-export"),
]
