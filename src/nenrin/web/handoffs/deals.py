"""What became of deals: each deal as it stands now and as it was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.statuses import Status, word
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.insight.models import Health
from nenrin.values import Money, Text
from nenrin.web import exports, navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import VIEW, tabs
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.work import deals as verbs
from nenrin.work.models import DealTold, Handoff
from nenrin.work.models.handoff import FITS, Fit

FILTERS = ("q", "seller", "mine", "left")
SORTS = {
    "account": "account__name", "seller": "seller__name", "began": "start", "state": "account__status",
    "health": "account__health__score", "mrr": "account__mrr_minor",
}  # fmt: skip
HEADS = (
    Text("Account", "顧客"), Text("Seller", "営業担当"), Text("Began on", "契約開始"), Text("Days", "経過日数"),
    Text("State", "状態"), Text("Health", "ヘルス"), Text("MRR first", "開始時MRR"), Text("MRR now", "今のMRR"),
    Text("Currency", "通貨"), Text("Fit expected", "見込みの適合度"), Text("Fit found", "実際の適合度"),
    Text("Promises kept", "履行済みの約束事"), Text("Promises open", "未履行の約束事"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal as it stands today; `told` as the seller was told it after 90 and 365 days."""

    handoff: Handoff
    began: date
    days: int
    status: Text
    is_lost: bool
    health: Health | None
    first: Money | None
    now: Money
    expected: Text
    found: Text
    kept: int
    still: int
    told: tuple[DealTold, ...]


@requires(VIEW)
def deals(request: MemberRequest) -> HttpResponse:
    """The deals in the viewer's scope, newest first unless asked otherwise; sales sees its own."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-began")
    page = page_of(ordered(rows, sort, SORTS), request)
    sellers = verbs.sold().filter(pk__in=Handoff.objects.for_member(request.user, VIEW)).values("seller")
    context = {
        "as_of": request.at,
        "tabs": tabs("handoff-deals"),
        "page": page,
        "deals": _deals(list(page.object_list), navigation.today(request)),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "sellers": list(Member.objects.filter(pk__in=sellers).values_list("pk", "name")),
        "horizons": verbs.HORIZONS,
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "handoffs/deals.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Handoff], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    within = Handoff.objects.for_member(request.user, VIEW).values("pk")
    rows = verbs.sold().filter(pk__in=within, account__merged_into__isnull=True)
    rows = rows.annotate(start=Coalesce("subscription__starts_on", "signed_on"))
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    if seller := whole(filters["seller"]):
        rows = rows.filter(seller=seller)
    if filters["mine"]:
        rows = rows.filter(seller=request.user)
    if filters["left"]:
        rows = rows.filter(account__status=Status.LOST)
    return rows, filters


def _deals(rows: list[Handoff], today: date) -> list[Deal]:
    """Four queries, however many deals."""
    health = Health.objects.in_bulk([row.account_id for row in rows])
    promises = verbs.promises_of(row.pk for row in rows)
    first = verbs.mrr_of({row.account_id: row.began for row in rows})
    told: dict[int, list[DealTold]] = {}
    for one in DealTold.objects.filter(handoff__in=[row.pk for row in rows]).order_by("days"):
        told.setdefault(one.handoff_id, []).append(one)
    return [
        Deal(
            row, row.began, (today - row.began).days, word(Status(row.account.status)),
            row.account.status == Status.LOST, health.get(row.account_id),
            Money(first[row.account_id], row.account.currency) if row.account_id in first else None,
            Money(row.account.mrr_minor, row.account.currency), FITS[Fit(row.fit_expected)], FITS[Fit(row.fit_found)],
            *promises.get(row.pk, (0, 0)), tuple(told.get(row.pk, ())),
        )
        for row in rows
    ]  # fmt: skip


@requires(Permission.EXPORT)
def deals_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=Handoff.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    rows = ordered(rows, chosen_sort(request, SORTS, "-began"), SORTS)
    language, today = exports.language(), navigation.today(request)

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, verbs.sold()):
            yield from (_cells(deal, language) for deal in _deals(chunk, today))

    exports.note(request, "deal", rows.count(), filters, room="work")
    return exports.answer(kind, "deals", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(deal: Deal, language: str) -> list[Any]:
    row = deal.handoff
    return [
        row.account.name, row.seller.name if row.seller else "", deal.began, deal.days, deal.status.in_(language),
        deal.health.score if deal.health else None, deal.first.major if deal.first else None, deal.now.major,
        deal.now.currency, deal.expected.in_(language), deal.found.in_(language), deal.kept, deal.still,
    ]  # fmt: skip


urlpatterns = [
    path("deals", deals, name="handoff-deals"),
    path("deals/export.<str:kind>", deals_export, name="handoff-deals-export"),
]
