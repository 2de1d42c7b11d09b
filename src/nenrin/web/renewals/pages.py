"""Renewals ahead: what is due, what people and the model expect, those at odds first; and how good forecasts were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.values import Money, Text
from nenrin.web import exports, marks, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE
from nenrin.web.renewals.rows import CHOICES, DEFAULT_SORT, MONTHS, SORTS, asked, ordered
from nenrin.work import renewal_accuracy, renewal_forecast, renewal_lines
from nenrin.work.models import RenewalCheckpoint
from nenrin.work.models.renewal import CALLS
from nenrin.work.renewal_checkpoints import DAYS
from nenrin.work.renewal_forecast import Forecast
from nenrin.work.renewal_lines import Line

VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
TITLE = Text("Renewals", "更新管理")
HEADS = (
    Text("Account", "顧客"), Text("Decision by", "判断期限"), Text("Days left", "残り日数"), Text("End of term", "契約満了日"),
    Text("Auto-renewal", "自動更新"), Text("Under notice", "解約予告中"), Text("MRR", "MRR"), Text("Currency", "通貨"),
    Text("Health", "ヘルス"), Text("Score", "スコア"), Text("Probability by the model", "モデルの更新確率"),
    Text("Low", "下限"), Text("High", "上限"), Text("Call", "担当の見立て"), Text("Probability called", "担当の更新確率"),
    Text("At odds", "見解の差"), Text("Expansion expected", "拡大見込み（MRR）"), Text("Called by", "入力者"),
    Text("Reason", "理由"), Text("Next step", "次の一手"), Text("Owner", "担当"),
)  # fmt: skip


@requires(VIEW)
def renewals(request: MemberRequest) -> HttpResponse:
    """Terms that are decided in the months ahead, in the viewer's scope."""
    every, lines, filters = asked(request, navigation.today(request))
    sort = request.GET.get("sort", DEFAULT_SORT)
    page = Paginator(ordered(lines, sort), PAGE).get_page(request.GET.get("page"))
    organisation = navigation.organisation_of(request)
    currency = organisation.currency if organisation else "JPY"
    mine = _mine(request, page.object_list)
    context = {
        "as_of": request.at,
        "title": TITLE,
        "page": page,
        "lines": [(one, one.account in mine and not one.is_noticed) for one in page.object_list],
        "facts": _facts(renewal_forecast.of(lines, currency), currency),
        "sort": sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        "filters": filters,
        "has_filters": any(value for name, value in filters.items() if name != "months"),
        "months": MONTHS,
        "choices": CHOICES,
        "calls": [(call.value, word) for call, word in CALLS.items()],
        "owners": renewal_lines.owners(every),
        "accuracies": _accuracies(request),
        "least": renewal_accuracy.LEAST,
        "may_edit": bool(mine),
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "back": request.GET.urlencode(),
    }
    return render(request, "renewals/renewals.html", context)


def _mine(request: MemberRequest, lines: Any) -> set[int]:
    """The accounts of these lines on which the viewer may call."""
    keys = {one.account for one in lines}
    scope = allowed(request.user, EDIT)
    if scope is None or scope is Scope.ALL:
        return keys if scope else set()
    return set(Account.objects.for_member(request.user, EDIT).filter(pk__in=keys).values_list("pk", flat=True))


def _accuracies(request: MemberRequest) -> list[tuple[int, list[renewal_accuracy.Accuracy]]]:
    rows = RenewalCheckpoint.objects.for_member(request.user, VIEW).exclude(outcome="")
    found = list(rows.select_related("call__author").order_by("-term_end", "-pk")[:5_000])
    return [(days, renewal_accuracy.of(found, days)) for days in DAYS]


def _facts(told: Forecast, currency: str) -> tuple[Fact, ...]:
    language = exports.language()

    def money(minor: float | None) -> str | None:
        return None if minor is None else format.money(Money(round(minor), currency), language)

    other = Text(f"{told.foreign} more in other currencies", f"他通貨 {told.foreign}件を除く") if told.foreign else ""
    spread = f"{money(told.low)} – {money(told.high)}" if told.expected is not None else ""
    untold = (
        Text(f"{told.untold} terms without a probability left out", f"確率のない{told.untold}件を除く")
        if told.untold
        else ""
    )
    grr = format.percent(told.grr, language, 1) if told.grr is not None else None
    return (
        Fact(Text("Up for renewal", "更新対象"), money(told.due), other or Text(f"{told.count} terms", f"{told.count}件"),
             meaning=Text("MRR without tax of the terms of 6 months and longer that are decided in these months.",
                          "この期間に更新を判断する6か月以上の契約のMRR。税抜。")),
        Fact(Text("Committed", "コミット"), money(told.committed), meaning=Text(
            "MRR of the terms called commit.", "見立てが「コミット」の契約のMRR。")),
        Fact(Text("Best case", "最良"), money(told.best), meaning=Text(
            "Everything but what is called lost or is under notice.", "「解約見込み」と解約予告中を除いたMRR。")),
        Fact(Text("Worst case", "最悪"), money(told.worst), meaning=Text(
            "Committed, without the terms that the model (or red health) speaks against.",
            "コミットのうち、モデルの確率が25ポイント超低い契約と、確率がなくヘルスが危険の契約を除いたMRR。")),
        Fact(Text("Expected by the model", "モデルの期待値"), money(told.expected), spread or untold, meaning=Text(
            "Each account's MRR times its probability to renew, added up; four of five outcomes fall in the interval.",
            "MRR×更新確率の合計。幅は80%区間。")),
        Fact(Text("GRR expected", "GRR見込み"), grr, untold if spread else "", meaning=Text(
            "Expected by the model, as a share of the MRR of the terms it tells of.",
            "モデルの期待値÷確率のある契約のMRR。")),
        Fact(Text("At odds", "見解の差"), format.number(told.apart, language), meaning=Text(
            "Terms where the model and the call lie more than 25 points apart; without a probability, where health speaks against the call. Look at these first.",
            "モデルと担当の見立てが25ポイント超離れている件数。確率がない場合はヘルスと見立てが食い違う件数。優先して確認。")),
        Fact(Text("Not called yet", "見立て未入力"), format.number(told.uncalled, language), meaning=Text(
            "Terms that nobody has called, those under notice left out.", "担当の見立てがない件数（解約予告中を除く）。")),
    )  # fmt: skip


@requires(Permission.EXPORT)
def renewals_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, of accounts on which the viewer holds both rights; words only for those who read them."""
    _, lines, filters = asked(request, navigation.today(request), VIEW)
    theirs = {one.subscription for one in asked(request, navigation.today(request), Permission.EXPORT)[1]}
    lines = ordered([one for one in lines if one.subscription in theirs], request.GET.get("sort", DEFAULT_SORT))
    language, may_read = exports.language(), visible(request.user, FieldClass.PERSONAL)

    def cells() -> Iterator[list[Any]]:
        yield from (_cells(one, language, may_read) for one in lines)

    exports.note(request, "renewal", len(lines), filters, room="work")
    return exports.answer(kind, "renewals", [head.in_(language) for head in HEADS], cells(), request.at)


def _cells(one: Line, language: str, may_read: bool) -> list[Any]:
    call = one.call
    words = (call.reason, call.next_step) if call and may_read else ("", "")
    said = (call.word.in_(language), call.probability) if call else ("", None)
    return [
        one.name, one.decision_on, one.days_left, one.ends_on, int(one.auto_renews), int(one.is_noticed), one.mrr.minor,
        one.mrr.currency, marks.word(one.band).in_(language) if one.band else "", one.score, one.p, one.low, one.high,
        *said, int(one.is_apart), call.expansion_minor if call else None,
        call.author.name if call and call.author else "", *words, one.owner_name,
    ]  # fmt: skip


urlpatterns = [
    path("renewals", renewals, name="renewals"),
    path("renewals/export.<str:kind>", renewals_export, name="renewals-export"),
]
