"""The contribution (貢献利益): revenue kept and expanded by source less what serving cost, by touch model and account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.economics.categories import CATEGORIES
from nenrin.analytics.economics.contribution import SOURCES, Line
from nenrin.customers.models import Account, TouchModel
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.economics import contributions
from nenrin.insight.economics.contributions import BASES, Behind, Contribution
from nenrin.insight.revenue.slices import NONE
from nenrin.values import Money, Text
from nenrin.web import drills, exports
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.economics.asking import ONE, VIEW, Asked, asked, may_take
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain

USUAL = 12
ANY = "*"
_FIGURES = (
    Text("Accounts by month", "延べ顧客数"), *SOURCES.values(), Text("Cost", "費用"),
    Text("of it told for the account", "うち顧客に直接記録"), Text("Contribution", "貢献利益"),
    Text("Cost per account and month", "1顧客・1か月あたり費用"), Text("Hours", "工数"),
    Text("MRR kept per hour", "1時間あたり維持MRR"),
)  # fmt: skip


@requires(VIEW)
def contribution(request: MemberRequest) -> HttpResponse:
    """Whole months by touch model, by source and by month."""
    ask = asked(request, USUAL)
    found = contributions.contribution_of(ask.ledger, ask.last, ask.count, ask.basis)
    context = {
        "as_of": request.at,
        "ask": ask,
        "counts": ask.counts,
        "bases": list(BASES.items()),
        "found": found,
        "sources": [
            (name, minor, f"{_accounts_url(ask, ANY)}&source={key}")
            for (key, name), minor in zip(SOURCES.items(), found.whole.revenue, strict=True)
        ],
        "categories": [(key, CATEGORIES[key].name, minor) for key, minor in found.categories.items()],
        "groups": [(group, _accounts_url(ask, group.key)) for group in found.groups],
        "all_url": _accounts_url(ask, ANY),
        "months": [(month, line, _month_url(ask, month)) for month, line in reversed(found.months)],
        "first": found.months[0][0],
        "last": found.months[-1][0],
        "trend": _trend(found),
        "is_empty": not found.whole.earned and not found.whole.accounts,
        "query": ask.address(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "economics/contribution.html", context)


def _accounts_url(ask: Asked, model: str) -> str:
    return f"{reverse('contribution-accounts')}?{ask.address(model=model)}"


def _month_url(ask: Asked, month: date) -> str:
    """The accounts behind one month."""
    return f"{reverse('contribution-accounts')}?{ask.address(model=ANY, months=str(ONE), last=f'{month:%Y-%m}')}"


def _trend(found: Contribution) -> Lines:
    told: list[tuple[Text, list[int | None]]] = [
        (Text("revenue kept and expanded", "維持・拡大した売上"), [line.earned for _, line in found.months]),
        (Text("cost", "費用"), [line.cost for _, line in found.months]),
        (Text("contribution", "貢献利益"), [line.contribution for _, line in found.months]),
    ]
    series = tuple(_series(label, values, found.currency) for label, values in told)
    story = Text("Revenue, cost and contribution by month", "月別の売上・費用・貢献利益")
    days = tuple(format.day(month, exports.language(), "month") for month, _ in found.months)
    lowest = min((value for one in series for value in one.values if value is not None), default=0.0)
    return Lines(days, series, story, low=min(0.0, lowest), axis=Text("Month", "月"))


def _series(label: Text, values: Sequence[int | None], currency: str) -> Series:
    amounts = [None if minor is None else Money(minor, currency) for minor in values]
    texts = tuple("—" if one is None else format.money(one, exports.language(), "compact") for one in amounts)
    scale = 1e4 if exports.language() == "ja" else 1e6
    return Series(label, tuple(None if one is None else float(one.major) / scale for one in amounts), texts)


@dataclass(frozen=True, slots=True)
class Row:
    """`earned_of_source`: of the source asked for, in minor units."""

    account: Account
    touch_model: Text
    line: Line
    earned_of_source: int = 0


@requires(VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts behind a touch model, or all of them: those that contribute least first."""
    ask, model, source = asked(request, USUAL), _model(request), _source(request)
    listed = _listed(request, ask, model, source)
    page = Paginator(listed.rows, PAGE).get_page(request.GET.get("page"))
    names = _names()
    context = {
        "as_of": request.at,
        "ask": ask,
        "counts": ask.counts,
        "bases": list(BASES.items()),
        "model": model,
        "title": Text("All touch models", "すべてのタッチモデル")
        if model == ANY
        else names.get(model, Text(model, model)),
        "page": page,
        "rows": _named([values[-1] for _, values in page], names, source),
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "listed": listed,
        "source": source,
        "source_name": SOURCES.get(source),
        "query": f"{ask.address(model=model)}&{_list_query(listed, source)}",
        "back": f"{reverse('contribution')}?{ask.address()}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "economics/accounts.html", context)


#: What the address holds beside what is searched for, and the columns by which the list is ordered.
KEPT = ("months", "share", "known", "last", "model", "source", "sort")
ORDERS = ("accounts", "kept", "expanded", "cost", "contribution", "each", "hours", "per_hour", "source")


def _listed(request: MemberRequest, ask: Asked, model: str, source: str) -> drills.Found:
    """The accounts, narrowed by name and by a source of revenue, in the order asked for."""
    rows = contributions.behind(ask.ledger, ask.last, ask.count, ask.basis, None if model == ANY else model)
    place = list(SOURCES).index(source) if source else None
    told = [
        (one.account, (*_orders(one.line), None if place is None else one.line.revenue[place], one))
        for one in rows
        if place is None or one.line.revenue[place]
    ]
    return drills.narrowed(request, told, ORDERS)


def _orders(of: Line) -> tuple[float | None, ...]:
    return (
        of.accounts, of.kept, of.expanded, of.cost, of.contribution, of.cost_per_account, of.minutes, of.kept_per_hour,
    )  # fmt: skip


def _source(request: MemberRequest) -> str:
    told = plain(request.GET.get("source"), 30)
    return told if told in SOURCES else ""


def _list_query(listed: drills.Found, source: str) -> str:
    told = {"source": source, "q": listed.text, "sort": listed.sort}
    return urlencode({name: value for name, value in told.items() if value})


def _model(request: MemberRequest) -> str:
    return plain(request.GET.get("model"), 30) if "model" in request.GET else ANY


def _names() -> dict[str, Text]:
    return {"": NONE} | {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def _named(found: Sequence[Behind], names: dict[str, Text], source: str = "") -> list[Row]:
    rows = Account.objects.in_bulk([one.account for one in found])
    return [
        Row(
            rows[one.account],
            names.get(one.touch_model, Text(one.touch_model, one.touch_model)),
            one.line,
            one.line.revenue[list(SOURCES).index(source)] if source else 0,
        )
        for one in found
        if one.account in rows
    ]


@requires(Permission.EXPORT)
def contribution_export(request: MemberRequest, kind: str) -> Any:
    """Months and touch models, as a file."""
    ask, language = asked(request, USUAL), exports.language()
    found = contributions.contribution_of(ask.ledger, ask.last, ask.count, ask.basis)
    heads = [Text("Month", "月"), Text("Touch model", "タッチモデル"), *_FIGURES, Text("Currency", "通貨")]

    def lines() -> Iterator[list[Any]]:
        for month, line in found.months:
            yield [month, "", *_cells(line, found.currency), found.currency]
        for group in found.groups:
            yield ["", group.name.in_(language), *_cells(group.line, found.currency), found.currency]
        lost = contributions.UNASSIGNED.in_(language)
        yield ["", lost, *_cells(found.nobody, found.currency), found.currency]

    told = lines() if may_take(request) else iter(())
    exports.note(request, "contribution", len(found.months), {"contribution": ask.address()}, room="insight")
    return exports.answer(kind, "contribution", [head.in_(language) for head in heads], told, request.at)


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> Any:
    """The accounts behind it, as a file."""
    ask, language, model = asked(request, USUAL), exports.language(), _model(request)
    rows = [values[-1] for _, values in _listed(request, ask, model, _source(request)).rows]
    rows = rows if may_take(request) else []
    names, currency = _names(), ask.currency
    heads = [
        Text("id", "id"),
        Text("Account", "顧客"),
        Text("Touch model", "タッチモデル"),
        *_FIGURES,
        Text("Currency", "通貨"),
    ]

    def lines() -> Iterator[list[Any]]:
        for row in _named(rows, names):
            yield [
                row.account.pk,
                row.account.name,
                row.touch_model.in_(language),
                *_cells(row.line, currency),
                currency,
            ]

    exports.note(request, "contribution", len(rows), {"contribution": ask.address(model=model)}, room="insight")
    return exports.answer(kind, "contribution-accounts", [head.in_(language) for head in heads], lines(), request.at)


def _cells(line: Line, currency: str) -> list[Any]:
    def major(minor: float | None) -> Any:
        return "" if minor is None else Money(round(minor), currency).major

    hours = "" if line.minutes is None else round(line.minutes / 60, 2)
    return [
        line.accounts, *(major(value) for value in line.revenue), major(line.cost), major(line.own_cost),
        major(line.contribution), major(line.cost_per_account), hours, major(line.kept_per_hour),
    ]  # fmt: skip


urlpatterns = [
    path("contribution", contribution, name="contribution"),
    path("contribution/accounts", accounts, name="contribution-accounts"),
    path("contribution/export.<str:kind>", contribution_export, name="contribution-export"),
    path("contribution/accounts/export.<str:kind>", accounts_export, name="contribution-accounts-export"),
]
