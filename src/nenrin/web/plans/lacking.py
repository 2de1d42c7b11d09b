"""Customers with whom nobody has agreed what success is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.web.plans.figures import VIEW
from nenrin.web.plans.listed import COUNTS
from nenrin.work.models import SuccessPlan
from nenrin.work.models.plan import PlanState

SORTS = {"account": "name", "mrr": "mrr_minor", "since": "customer_since", "owner": "owner__name", "draft": "has_draft"}
FILTERS = ("q", "owner", "draft")
NOBODY, WITH, BARE = "none", "yes", "no"
HEADS = (
    Text("Account", "顧客"), Text("MRR", "MRR"), Text("Currency", "通貨"), Text("Customer since", "契約開始日"),
    Text("Owner", "担当"), Text("Draft", "下書き"),
)  # fmt: skip


@requires(VIEW)
def without(request: MemberRequest) -> HttpResponse:
    """Customers without an agreed plan, the largest first unless asked otherwise."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-mrr")
    owners = Account.objects.for_member(request.user, VIEW).standing().order_by().values("owner")
    context = {
        "as_of": request.at,
        "page": page_of(ordered(rows, sort, SORTS), request),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "owners": list(Member.objects.filter(pk__in=owners).order_by("name").values_list("pk", "name")),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "plans/without.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Any], dict[str, str]]:  # Any: annotated
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = _lacking(Account.objects.for_member(request.user, VIEW).standing().filter(status=Status.CUSTOMER))
    if filters["q"]:
        rows = rows.filter(search__contains=normal(filters["q"]))
    if filters["owner"] == NOBODY:
        rows = rows.filter(owner__isnull=True)
    elif owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    if filters["draft"] in (WITH, BARE):
        rows = rows.filter(has_draft=filters["draft"] == WITH)
    return rows, filters


def _lacking(rows: QuerySet[Account]) -> QuerySet[Any]:  # Any: annotated
    planned = Exists(SuccessPlan.objects.filter(account=OuterRef("pk"), state__in=COUNTS))
    draft = Exists(SuccessPlan.objects.filter(account=OuterRef("pk"), state=PlanState.DRAFT))
    return rows.filter(~planned).annotate(has_draft=draft).select_related("owner")


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=Account.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    rows = ordered(rows, chosen_sort(request, SORTS, "-mrr"), SORTS)
    language = exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, _lacking(Account.objects.all())):
            yield from (_cells(row) for row in chunk)

    exports.note(request, "plan", rows.count(), {**filters, "list": "without"}, room="work")
    return exports.answer(kind, "customers-without-a-plan", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(row: Any) -> list[Any]:  # Any: annotated
    owner = row.owner.name if row.owner else ""
    mrr = Money(row.mrr_minor, row.currency)
    return [row.name, mrr.major, row.currency, row.customer_since, owner, "○" if row.has_draft else ""]


urlpatterns = [
    path("success-plans/without", without, name="success-plans-without"),
    path("success-plans/without/export.<str:kind>", export, name="success-plans-without-export"),
]
