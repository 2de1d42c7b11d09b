"""The inbox: what a member should hear of, newest first unless asked otherwise; unread or all, by kind and by words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.models import Account
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.work.models import Notice
from nenrin.work.notice_kinds import KINDS, OTHER, kind_of

SORTS = {"when": "created_at", "account": "account__name", "from": "told_by"}
FILTERS = ("show", "q", "kind")
HEADS = (
    Text("What happened", "内容"), Text("Kind", "種類"), Text("Account", "顧客"), Text("From", "知らせた人"),
    Text("When", "日時"), Text("Read", "既読日時"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    notice: Notice
    text: Text
    kind: Text


@requires(Permission.SIGNED_IN)
def notices(request: MemberRequest) -> HttpResponse:
    """One's own notices; the unread ones unless all are asked for."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-when")
    unread = Notice.objects.filter(member=request.user).unread().count()
    page = page_of(ordered(rows, sort, SORTS), request)
    here, shows_all = reverse("notices"), filters["show"] == "all"
    context = {
        "as_of": request.at,
        "page": page,
        "lines": _lines(page.object_list, request),
        "tabs": [
            Tab(Text("Unread", "未読"), here, not shows_all, unread),
            Tab(Text("All", "すべて"), f"{here}?show=all", shows_all),
        ],
        "unread_here": unread,
        "shows_all": shows_all,
        "sort": sort,
        "filters": filters,
        "has_filters": bool(filters["q"] or filters["kind"]),
        "kinds": [(key, name) for key, (name, _) in KINDS.items()],
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "notices/list.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Notice], dict[str, str]]:
    """Words are searched for by whoever may read them, the account's name by everybody."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Notice.objects.filter(member=request.user).select_related("account")
    rows = rows if filters["show"] == "all" else rows.unread()
    if said := filters["q"]:
        found = Q(account__search__contains=normal(said))
        if visible(request.user, FieldClass.PERSONAL):
            found |= Q(text__ja__icontains=said) | Q(text__en__icontains=said) | Q(told_by__icontains=said)
        rows = rows.filter(found)
    return (rows.filter(_of_kind(filters["kind"])) if filters["kind"] in KINDS else rows), filters


def _of_kind(kind: str) -> Q:
    """As `kind_of` tells kinds apart."""
    if kind != OTHER:
        return Q(code=kind) | Q(code__startswith=f"{kind}.")
    named = Q()
    for other in KINDS:
        named |= Q(code=other) | Q(code__startswith=f"{other}.")
    return ~named | Q(code=OTHER) | Q(code__startswith=f"{OTHER}.")


def _lines(rows: Iterable[Notice], request: MemberRequest) -> list[Line]:
    """The words, or the kind alone for whoever may not read personal data."""
    may_read = visible(request.user, FieldClass.PERSONAL)
    kinds = [(row, KINDS[kind_of(row.code)][0]) for row in rows]
    return [Line(row, row.words if may_read else kind, kind) for row, kind in kinds]


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """One's own list as a file, in its order: of accounts within the right to export, and of none."""
    rows, filters = _asked(request)
    reach = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = rows.filter(Q(account__isnull=True) | Q(account__in=reach))
    rows, language = ordered(rows, chosen_sort(request, SORTS, "-when"), SORTS), exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, Notice.objects.select_related("account")):
            yield from (_cells(line, language) for line in _lines(chunk, request))

    exports.note(request, "notice", rows.count(), filters, room="work")
    return exports.answer(kind, "notices", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(line: Line, language: str) -> list[Any]:
    row = line.notice
    return [
        line.text.in_(language), line.kind.in_(language), row.account.name if row.account else "", row.told_by,
        row.created_at.isoformat(), row.read_at.isoformat() if row.read_at else "",
    ]  # fmt: skip


urlpatterns = [
    path("notices", notices, name="notices"),
    path("notices/export.<str:kind>", export, name="notices-export"),
]
