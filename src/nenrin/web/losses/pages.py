"""Churn reasons: who let go, why, and what was known 90 and 180 days before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web import exports, marks, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.work import loss_figures
from nenrin.work.loss_figures import BANDS, Figures
from nenrin.work.models import ChurnReason, Loss

VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
TITLE = Text("Churn reasons", "解約理由")
SORTS = {
    "account": "account__name", "decided": "decided_on", "ends": "ends_on", "mrr": "mrr_minor", "owner": "owner__name",
    "reason": "reason__place", "before": "score_90", "interviewed": "interviewed_on",
}  # fmt: skip
FILTERS = ("q", "reason", "owner", "months", "state")
PERIODS = (("3", Text("3 months", "3か月")), ("6", Text("6 months", "6か月")), ("12", Text("12 months", "12か月")),
           ("24", Text("24 months", "24か月")), ("all", Text("All", "すべて")))  # fmt: skip
DEFAULT_MONTHS = "12"
UNKNOWN = "unknown"
STATES = {"unexplained": Text("Reason not known yet", "理由未記入"), "notice": Text("Under notice", "解約予告中"),
          "gone": Text("Gone", "解約済み"), "returned": Text("Came back", "再契約")}  # fmt: skip
HEADS = (
    Text("Account", "顧客"), Text("Decided on", "決定日"), Text("Ends on", "終了日"), Text("MRR", "MRR"),
    Text("Currency", "通貨"), Text("Reason", "解約理由"), Text("Avoidable", "防げた可能性"), Text("Competitor", "競合"),
    Text("In their words", "詳細"), Text("Owner then", "当時の担当"), Text("Health 90 days before", "90日前のヘルス"),
    Text("Score 90 days before", "90日前のスコア"), Text("Health 180 days before", "180日前のヘルス"),
    Text("Score 180 days before", "180日前のスコア"), Text("Interviewed on", "ヒアリング日"), Text("Came back on", "再契約日"),
)  # fmt: skip


@requires(VIEW)
def losses(request: MemberRequest) -> HttpResponse:
    """Losses of the accounts in the viewer's scope, the latest first, with their reasons added up."""
    today = navigation.today(request)
    rows, filters = asked(request, today)
    sort = chosen_sort(request, SORTS, "-decided")
    page = page_of(ordered(rows, sort, SORTS), request)
    organisation = navigation.organisation_of(request)
    currency = organisation.currency if organisation else "JPY"
    own = own_money.on(today)
    figures = loss_figures.of(rows.order_by(), own)
    context = {
        "as_of": request.at,
        "title": TITLE,
        "page": page,
        "lines": [(row, state(row, today)) for row in page.object_list],
        "facts": _facts(figures, currency),
        "figures": figures,
        "rates": own.used(figures.abroad),
        "unrated": own_money.left_out(figures.left_out),
        "bars": _bars(figures, currency),
        "before": _before(figures),
        "sort": sort,
        "filters": filters,
        "has_filters": any(value for name, value in filters.items() if name != "months"),
        "periods": PERIODS,
        "states": STATES.items(),
        "reasons": [(UNKNOWN, loss_figures.UNKNOWN), *((one.key, one.name) for one in ChurnReason.objects.all())],
        "owners": _owners(request),
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_configure": allowed(request.user, Permission.JOURNEYS_CONFIGURE) is not None,
    }
    return render(request, "losses/losses.html", context)


def asked(request: MemberRequest, today: date) -> tuple[QuerySet[Loss], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    if filters["months"] not in {key for key, _ in PERIODS}:
        filters["months"] = DEFAULT_MONTHS
    rows = Loss.objects.for_member(request.user, VIEW).counted()
    rows = rows.select_related("account", "reason", "owner")
    if filters["months"] != "all":
        rows = rows.filter(decided_on__gt=today - timedelta(days=int(int(filters["months"]) * 30.4375)))
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    if filters["reason"]:
        rows = rows.filter(Q(reason__isnull=True) if filters["reason"] == UNKNOWN else Q(reason__key=filters["reason"]))
    if owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    return _in_state(rows, filters["state"], today), filters


def _in_state(rows: QuerySet[Loss], wanted: str, today: date) -> QuerySet[Loss]:
    chosen = {
        "unexplained": Q(reason__isnull=True),
        "notice": Q(returned_on__isnull=True) & (Q(ends_on__gt=today) | Q(ends_on__isnull=True)),
        "gone": Q(returned_on__isnull=True, ends_on__lte=today),
        "returned": Q(returned_on__isnull=False),
    }
    return rows.filter(chosen[wanted]) if wanted in chosen else rows


def state(row: Loss, today: date) -> Text:
    if row.returned_on:
        return STATES["returned"]
    return STATES["gone" if row.is_over(today) else "notice"]


def _facts(told: Figures, currency: str) -> tuple[Fact, ...]:
    language = exports.language()
    red = told.before[90][BANDS[0]]
    shown = told.count - told.before[90][BANDS[-1]]
    other = (
        Text(f"{told.foreign} more without an exchange rate", f"為替レートのない通貨の{told.foreign}件を除く")
        if told.foreign
        else ""
    )
    share = format.percent(told.unknown_share, language, 0) if told.count else None
    return (
        Fact(Text("Losses", "解約"), format.number(told.count, language), meaning=Text(
            "Customers who let their last contract go in the period, by the day of the decision; those under notice are in.",
            "期間内に最後の契約の終了を決めた顧客（決定日で数える）。解約予告中を含む。")),
        Fact(Text("MRR lost", "失ったMRR"), format.money(Money(told.minor, currency), language), other, meaning=Text(
            "MRR of the contracts that were let go, without tax.", "終了した契約のMRRの合計。税抜。")),
        Fact(Text("Reason not known yet", "理由未記入"), share, meaning=Text(
            "Share of these losses without a reason of the list. Aim for none: what is not known is not learned from.",
            "解約のうち、理由が一覧から選ばれていない割合。")),
        Fact(Text("Could have been avoided", "防げた可能性"), format.number(told.avoidable, language), meaning=Text(
            "Losses whose reason is marked in the list as one that customer success can change.",
            "カスタマーサクセスで防げる理由に分類された解約。")),
        Fact(Text("At risk 90 days before", "90日前に危険"), format.number(red, language) if shown else None,
             Text(f"of {shown} with a score then", f"スコアのあった{shown}件中") if shown else "", meaning=Text(
            "Shown as at risk 90 days before the decision: what health had told in time.",
            "決定日の90日前に「危険」と表示されていた件数。")),
        Fact(Text("Interviewed", "ヒアリング済み"), format.number(told.interviewed, language), meaning=Text(
            "Somebody asked the customer why.", "理由を顧客に直接確認した件数。")),
    )  # fmt: skip


def _bars(told: Figures, currency: str) -> list[tuple[Text, float, Text]]:
    language = exports.language()
    most = max((bar.share for bar in told.bars), default=0.0)
    return [(bar.name, bar.share / most if most else 0.0, _told(bar, currency, language)) for bar in told.bars]


def _told(bar: loss_figures.Bar, currency: str, language: str) -> Text:
    money = format.money(Money(bar.minor, currency), language)
    running = format.percent(bar.running, language, 0)
    return Text(
        f"{money}, {format.counted(bar.count, 'account')}, {running} so far", f"{money}、{bar.count}社、累計{running}"
    )


def _before(told: Figures) -> list[tuple[Text, list[int]]]:
    """A row for each band: how many were shown so 180 and 90 days before."""
    return [(marks.word(band.value), [told.before[days][band] for days in (180, 90)]) for band in BANDS]


def _owners(request: MemberRequest) -> list[tuple[str, str]]:
    seen = Loss.objects.for_member(request.user, VIEW).values("owner")
    return [(str(pk), name) for pk, name in Member.objects.filter(pk__in=seen).values_list("pk", "name")]


@requires(Permission.EXPORT)
def losses_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file; words only for roles that read personal data."""
    rows, filters = asked(request, navigation.today(request))
    rows = rows.filter(pk__in=Loss.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    language, may_read = exports.language(), visible(request.user, FieldClass.PERSONAL)
    base = Loss.objects.select_related("account", "reason", "owner")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            yield from (_cells(row, language, may_read) for row in chunk)

    exports.note(request, "loss", rows.count(), filters, room="work")
    return exports.answer(kind, "losses", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(row: Loss, language: str, may_read: bool) -> list[Any]:
    reason, words = row.reason, (row.competitor, row.words) if may_read else ("", "")
    return [
        row.account.name, row.decided_on, row.ends_on, format.number(row.mrr_minor, "en").replace(",", ""), row.currency,
        reason.name.in_(language) if reason else "", "" if reason is None else int(reason.is_avoidable), *words,
        row.owner.name if row.owner else "", _band(row.band_90, language), row.score_90, _band(row.band_180, language),
        row.score_180, row.interviewed_on, row.returned_on,
    ]  # fmt: skip


def _band(word: str, language: str) -> str:
    return marks.word(word).in_(language) if word else ""


urlpatterns = [
    path("losses", losses, name="losses"),
    path("losses/export.<str:kind>", losses_export, name="losses-export"),
]
