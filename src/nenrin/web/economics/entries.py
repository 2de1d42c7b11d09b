"""The lists of costs (費用) and hours (工数): filter, sort, totals, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.analytics.economics import categories
from nenrin.analytics.economics.categories import CATEGORIES, SIDES
from nenrin.customers.models import Product, TouchModel
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.insight.models import Segment
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.economics.asking import EDIT, VIEW, parsed_month
from nenrin.web.economics.nouns import COSTS, HOURS, Noun, hours_text
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain

SORTS = {
    "month": "month",
    "category": "category",
    "amount": "",  # the noun's own column
    "account": "account__name",
    "touch_model": "touch_model",
    "product": "product",
    "changed": "changed_at",
}
FILTERS = ("q", "from", "to", "side", "category", "touch_model", "product", "segment")
HEADS = (
    Text("Key", "キー"), Text("Month", "月"), Text("Category", "区分"), Text("Account", "顧客"), Text("Product", "製品"),
    Text("Touch model", "タッチモデル"), Text("Segment", "セグメント"), Text("Note", "備考"),
)  # fmt: skip


@requires(VIEW)
def costs(request: MemberRequest) -> HttpResponse:
    return _listed(request, COSTS)


@requires(VIEW)
def hours(request: MemberRequest) -> HttpResponse:
    return _listed(request, HOURS)


def _listed(request: MemberRequest, noun: Noun) -> HttpResponse:
    rows, filters = _asked(request, noun)
    sorts = SORTS | {"amount": noun.amount}
    sort, language = chosen_sort(request, sorts, "-month"), exports.language()
    page = page_of(ordered(rows, sort, sorts), request)
    models, products, segments = touch_models(), product_names(), segment_names(noun)
    context = {
        "as_of": request.at,
        "noun": noun,
        "page": page,
        "lines": [_line(row, noun, language, (models, products, segments)) for row in page.object_list],
        "totals": totals(rows, noun, language),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "sides": list(SIDES.items()),
        "categories": [(key, one.name) for key, one in CATEGORIES.items()],
        "touch_models": list(models.items()),
        "products": list(products.items()),
        "segments": list(segments.items()),
        "query": request.GET.urlencode(),
        "may_edit": allowed(request.user, EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_import": allowed(request.user, Permission.IMPORT) is not None,
    }
    return render(request, "economics/entries.html", context)


def _line(row: Any, noun: Noun, language: str, names: tuple[dict[str, Text], ...]) -> dict[str, Any]:
    models, products, segments = names
    return {
        "row": row,
        "category": CATEGORIES[row.category].name if row.category in CATEGORIES else row.category,
        "amount": noun.shown(row, language),
        "touch_model": models.get(row.touch_model, row.touch_model),
        "product": products.get(row.product, row.product),
        "segment": segments.get(row.segment, row.segment),
    }


def touch_models() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def product_names() -> dict[str, Text]:
    return {row.key: Text(row.name, row.name) for row in Product.objects.all()}


def segment_names(noun: Noun) -> dict[str, Text]:
    """Those that entries name, by their number or as a file called them."""
    told = sorted(set(noun.standing.exclude(segment="").order_by().values_list("segment", flat=True)))
    if not told:
        return {}
    named = {str(pk): name for pk, name in Segment.objects.values_list("pk", "name")}
    return {key: Text(named.get(key, key), named.get(key, key)) for key in told}


def _asked(request: MemberRequest, noun: Noun) -> tuple[QuerySet[Any], dict[str, str]]:
    """The rows that the address asks for; a filter that makes no sense is none."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = noun.standing
    for name, lookup in (("from", "month__gte"), ("to", "month__lte")):
        month = parsed_month(filters[name])
        filters[name] = f"{month:%Y-%m}" if month else ""
        rows = rows.filter(**{lookup: month}) if month else rows
    if filters["side"] in SIDES:
        rows = rows.filter(category__in=categories.of(filters["side"]))
    for name in ("category", "touch_model", "product", "segment"):
        rows = rows.filter(**{name: filters[name]}) if filters[name] else rows
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    return rows, filters


def totals(rows: QuerySet[Any], noun: Noun, language: str) -> list[str]:
    """The sum of the rows; of costs one a currency."""
    if noun is HOURS:
        return [hours_text(rows.aggregate(n=Sum("minutes"))["n"] or 0, language)]
    sums = rows.order_by().values("currency").annotate(n=Sum("minor")).order_by("-n")
    return [noun.shown(noun.model(minor=row["n"], currency=row["currency"]), language) for row in sums]


@requires(Permission.EXPORT)
def costs_export(request: MemberRequest, kind: str) -> Any:
    return _exported(request, COSTS, kind)


@requires(Permission.EXPORT)
def hours_export(request: MemberRequest, kind: str) -> Any:
    return _exported(request, HOURS, kind)


def _exported(request: MemberRequest, noun: Noun, kind: str) -> Any:
    """The list as a file. Costs are seen by those who may see them."""
    rows, filters = _asked(request, noun)
    rows = rows if allowed(request.user, VIEW) else rows.none()
    language = exports.language()
    own = (Text("Amount", "金額"), Text("Currency", "通貨")) if noun is COSTS else (Text("Hours", "時間"), Text("Person or team", "担当者・チーム"))  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        base = noun.model._default_manager.select_related("account")
        for chunk in exports.chunks(rows.order_by("month", "pk"), base):
            for row in chunk:
                yield [*_cells(row, language), *_amounts(row, noun)]

    exports.note(request, noun.word, rows.count(), filters, room="ingest")
    return exports.answer(kind, noun.key, [head.in_(language) for head in (*HEADS, *own)], lines(), request.at)


def _cells(row: Any, language: str) -> list[Any]:
    category = CATEGORIES[row.category].name.in_(language) if row.category in CATEGORIES else row.category
    account = row.account.name if row.account else ""
    return [row.key, row.month, category, account, row.product, row.touch_model, row.segment, row.note]


def _amounts(row: Any, noun: Noun) -> list[Any]:
    if noun is COSTS:
        return [Money(row.minor, row.currency).major, row.currency]
    return [round(row.minutes / 60, 2), row.person]


urlpatterns = [
    path("costs", costs, name="costs"),
    path("hours", hours, name="hours"),
    path("costs/export.<str:kind>", costs_export, name="costs-export"),
    path("hours/export.<str:kind>", hours_export, name="hours-export"),
]
