"""The whitespace: products and plans over groups of customers, with those who are healthy and do not have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers import tiers
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.opportunities.common import VIEW, WHITESPACE, tabs
from nenrin.work.opportunities import contracts, whitespace
from nenrin.work.opportunities.whitespace import OTHERS, Group, Matrix

BY: dict[Group, Text] = {"tier": Text("Tier", "層"), "industry": Text("Industry", "業種")}
NONE, REST, ALL = Text("Not set", "未設定"), Text("Others", "その他"), Text("All", "すべて")


@requires(VIEW)
def whitespaces(request: MemberRequest) -> HttpResponse:
    """Of the customers in the viewer's scope."""
    group, matrix = _asked(request, VIEW)
    context = {
        "as_of": request.at,
        "title": WHITESPACE,
        "tabs": tabs("opportunity-whitespace"),
        "group": group,
        "groups": BY.items(),
        "columns": [*_names(group, matrix), ALL],
        "lines": [(line, (*line.cells, line.total)) for line in matrix.lines],
        "customers": matrix.customers,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "opportunities/whitespace.html", context)


def _asked(request: MemberRequest, permission: Permission) -> tuple[Group, Matrix]:
    wanted = plain(request.GET.get("by"))
    group: Group = "industry" if wanted == "industry" else "tier"
    within = Account.objects.for_member(request.user, permission)
    return group, whitespace.of(contracts.current(within), group)


def _names(group: Group, matrix: Matrix) -> list[Text]:
    known = tiers.names() if group == "tier" else {}
    return [REST if key == OTHERS else known.get(key, Text(key, key)) if key else NONE for key in matrix.groups]


@requires(Permission.EXPORT)
def whitespace_export(request: MemberRequest, kind: str) -> Any:
    """A row for each product or plan and group."""
    group, matrix = _asked(request, Permission.EXPORT)
    language, names = exports.language(), _names(group, matrix)
    heads = (Text("Product", "製品"), Text("Plan", "プラン"), BY[group], Text("Have it", "利用中"), Text("Customers", "顧客数"),
             Text("Healthy without it", "未導入の健全な顧客"))  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        product = ""
        for line in matrix.lines:
            product = line.name if line.plan is None else product
            for name, cell in zip(names, line.cells, strict=True):
                plan = line.name if line.plan is not None else ""
                yield [product, plan, name.in_(language), cell.having, cell.n, cell.healthy_without]

    exports.note(request, "whitespace", len(matrix.lines), {"by": group}, room="work")
    return exports.answer(kind, "whitespace", [head.in_(language) for head in heads], lines(), request.at)


urlpatterns = [
    path("opportunities/whitespace", whitespaces, name="opportunity-whitespace"),
    path("opportunities/whitespace/export.<str:kind>", whitespace_export, name="opportunity-whitespace-export"),
]
