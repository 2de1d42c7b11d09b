"""The pipeline: opportunities in the viewer's scope, what is due, and what came of those that ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.web.opportunities.common import TITLE, VIEW, currency_of, may_read, tabs
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import KINDS, LIVE, ORIGINS, STATES
from nenrin.work.opportunities import figures
from nenrin.work.opportunities.figures import ENOUGH, Came, Figures

SORTS = {
    "account": "account__name", "kind": "kind", "state": "state", "expected": "expected_minor", "owner": "owner__name",
    "seller": "seller__name", "due": "due_on", "opened": "opened_at", "won": "won_minor",
}  # fmt: skip
FILTERS = ("q", "state", "kind", "origin", "owner", "late", "mine")
RUNNING, ALL = "live", "all"
WHICH = {RUNNING: Text("Running", "進行中"), ALL: Text("All", "すべて")}
HEADS = (
    Text("Account", "顧客"), Text("Kind", "種類"), Text("Title", "件名"), Text("State", "状態"), Text("Source", "登録元"),
    Text("Expected MRR", "見込みMRR"), Text("Won MRR", "受注MRR"), Text("Currency", "通貨"), Text("Owner", "担当"),
    Text("Seller", "営業"), Text("Next step", "次の一手"), Text("Due", "期限"), Text("Opened on", "登録日"),
    Text("Closed on", "終了日"), Text("Held back by", "保留の理由"), Text("Why all the same", "保留中に進めた理由"),
    Text("Outcome", "結果の内容"),
)  # fmt: skip


@requires(VIEW)
def opportunities(request: MemberRequest) -> HttpResponse:
    """Those that run, the first due before; with what came of all that ended."""
    today = navigation.today(request)
    rows, filters = asked(request, today)
    sort = chosen_sort(request, SORTS, "due")
    page = page_of(ordered(rows, sort, SORTS), request)
    currency = currency_of(request)
    told = figures.of(_mine(request), today, own_money.on(today))
    context = {
        "as_of": request.at,
        "title": TITLE,
        "tabs": tabs("opportunities"),
        "page": page,
        "lines": [(row, row.is_late(today)) for row in page.object_list],
        "facts": _facts(told, currency),
        "rates": own_money.on(today).used(),
        "came": [(Text("By source", "登録元別"), _came(told.by_origin, currency)), (Text("By kind", "種類別"), _came(told.by_kind, currency))],
        "enough": ENOUGH,
        "sort": sort,
        "filters": filters,
        "has_filters": any(value for name, value in filters.items() if name != "state"),
        "states": [*WHICH.items(), *((state.value, word) for state, word in STATES.items())],
        "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        "origins": [(origin.value, word) for origin, word in ORIGINS.items()],
        "owners": owners(request),
        "may_read": may_read(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }  # fmt: skip
    return render(request, "opportunities/opportunities.html", context)


def _mine(request: MemberRequest) -> QuerySet[Opportunity]:
    rows: QuerySet[Opportunity] = Opportunity.objects.for_member(request.user, VIEW)
    return rows.filter(account__archived_at__isnull=True)


def asked(
    request: MemberRequest, today: date, *, state: str | None = None
) -> tuple[QuerySet[Opportunity], dict[str, str]]:
    """The opportunities that the address asks for; `state`: whatever it says of states."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    if state is not None or filters["state"] not in {*WHICH, *STATES}:
        filters["state"] = state or RUNNING
    rows = _mine(request).select_related("account", "owner", "seller", "product", "plan")
    if filters["state"] != ALL:
        rows = rows.filter(state__in=LIVE if filters["state"] == RUNNING else (filters["state"],))
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    for name in ("kind", "origin"):
        if filters[name]:
            rows = rows.filter(**{name: filters[name]})
    if owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    if filters["late"]:
        rows = rows.filter(state__in=LIVE, due_on__lt=today)
    if filters["mine"]:
        rows = rows.filter(Q(owner=request.user) | Q(seller=request.user))
    return rows, filters


def owners(request: MemberRequest) -> list[tuple[str, str]]:
    seen = Opportunity.objects.for_member(request.user, VIEW).values("owner")
    return [(str(pk), name) for pk, name in Member.objects.filter(pk__in=seen).values_list("pk", "name")]


def _facts(told: Figures, currency: str) -> tuple[Fact, ...]:
    language, came = exports.language(), told.all
    return (
        Fact(Text("Running", "進行中"), format.number(told.live, language), meaning=Text(
            "Open, proposed or with sales, in your scope.", "未提案・提案済み・営業が対応中の件数（閲覧範囲内）。")),
        Fact(Text("Expected MRR", "見込みMRR"), format.money(Money(told.expected_minor, currency), language), meaning=Text(
            "Change of MRR expected of those that run, in the reporting currency, without tax; not weighted by probability.",
            "進行中の提案機会の見込みMRRの合計。基準通貨のみ、税抜。確率による加重なし。")),
        Fact(Text("Late", "期限超過"), format.number(told.late, language), meaning=Text(
            "Running, and the day of the next step has passed.", "次の一手の期限を過ぎた進行中の件数。")),
        Fact(Text("With sales", "営業が対応中"), format.number(told.with_sales, language), meaning=Text(
            "Handed over and not ended.", "営業に引き渡し済みで未完了の件数。")),
        Fact(Text("Conversion", "受注率"), _share(came, language), _of(came, language), meaning=Text(
            f"Won out of won and not won; withdrawn ones count as neither. The range is the 95 % Wilson interval. Told from {ENOUGH} on.",
            f"受注÷（受注＋失注）。取り下げは含めない。範囲は95%信頼区間（Wilson）。{ENOUGH}件以上で表示。")),
        Fact(Text("Days to win", "受注までの日数"), _days(came, language), meaning=Text(
            "Median from opening to winning.", "登録から受注までの日数の中央値。")),
        Fact(Text("Won MRR", "受注MRR"), format.money(Money(came.won_minor, currency), language), _foreign(came), meaning=Text(
            "MRR that came of opportunities that were won, as entered, in the reporting currency, without tax.",
            "受注した提案機会のMRR（入力値）の合計。基準通貨のみ、税抜。")),
    )  # fmt: skip


def _share(came: Came, language: str) -> str | None:
    return None if came.share is None else format.percent(came.share, language, 0)


def _of(came: Came, language: str) -> Text:
    if came.interval is None:
        return Text(f"{came.n} ended", f"終了{came.n}件")
    low, high = (format.percent(end, language, 0) for end in came.interval)
    return Text(f"{low}–{high}, {came.won} of {came.n}", f"{low}〜{high}、{came.n}件中{came.won}件")


def _days(came: Came, language: str) -> str | None:
    return None if came.days is None else format.number(came.days, language)


def _foreign(came: Came) -> Text | str:
    return (
        Text(f"{came.foreign} more without an exchange rate", f"為替レートのない通貨の{came.foreign}件を除く")
        if came.foreign
        else ""
    )


def _came(rows: tuple[Came, ...], currency: str) -> list[dict[str, Any]]:
    language = exports.language()
    return [
        {"name": one.name, "n": one.n, "won": one.won, "share": _share(one, language), "range": _of(one, language) if one.interval else "",
         "days": _days(one, language), "money": Money(one.won_minor, currency)}
        for one in rows if one.n
    ]  # fmt: skip


@requires(Permission.EXPORT)
def opportunities_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file; words only for roles that read personal data."""
    rows, filters = asked(request, navigation.today(request))
    rows = rows.filter(pk__in=Opportunity.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    language, reads = exports.language(), may_read(request)
    base = Opportunity.objects.select_related("account", "owner", "seller")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            yield from (_cells(row, language, reads) for row in chunk)

    exports.note(request, "opportunity", rows.count(), filters, room="work")
    return exports.answer(kind, "opportunities", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(row: Opportunity, language: str, reads: bool) -> list[Any]:
    held = " / ".join(str(one.get(language) or one.get("ja", "")) for one in row.held)
    title, step, why, came = (row.title, row.next_step, row.held_words, row.outcome_words) if reads else ("",) * 4
    return [
        row.account.name, row.kind_word.in_(language), title, row.state_word.in_(language), row.origin_word.in_(language),
        row.expected_minor, row.won_minor, row.currency, row.owner.name if row.owner else "",
        row.seller.name if row.seller else "", step, row.due_on, row.opened_at.isoformat(),
        row.closed_at.isoformat() if row.closed_at else "", held, why, came,
    ]  # fmt: skip


urlpatterns = [
    path("opportunities", opportunities, name="opportunities"),
    path("opportunities/export.<str:kind>", opportunities_export, name="opportunities-export"),
]
