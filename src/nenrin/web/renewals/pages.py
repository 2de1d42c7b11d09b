"""Renewals ahead: what is due, what people and the model expect, those at odds first; and how good forecasts were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Text
from nenrin.web import exports, marks, navigation
from nenrin.web.accounts.filters import Choices
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE
from nenrin.web.renewals import figures
from nenrin.web.renewals.rows import CHOICES, MONTHS, STATES, Asked, asked, before, lines, months
from nenrin.work import renewal_forecast, renewal_scenarios, renewal_snapshots
from nenrin.work.models.renewal import CALLS
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_scenarios import KINDS, Scenario

VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
TITLE = Text("Renewals", "更新管理")
HEADS = (
    Text("Account", "顧客"), Text("Decision by", "判断期限"), Text("Days left", "残り日数"), Text("End of term", "契約満了日"),
    Text("Auto-renewal", "自動更新"), Text("Under notice", "解約予告中"), Text("MRR", "MRR"), Text("Currency", "通貨"),
    Text("Health", "ヘルス"), Text("Score", "スコア"), Text("Probability by the model", "モデルの更新確率"),
    Text("Low", "下限"), Text("High", "上限"), Text("Call", "担当の見立て"), Text("Probability called", "担当の更新確率"),
    Text("Manager's call", "責任者の見立て"), Text("Probability of the manager's call", "責任者の更新確率"),
    Text("At odds", "見解の差"), Text("Expansion expected", "拡大見込み（MRR）"), Text("Called by", "入力者"),
    Text("Reason", "理由"), Text("Next step", "次の一手"), Text("Owner", "担当"),
)  # fmt: skip


@requires(VIEW)
def renewals(request: MemberRequest) -> HttpResponse:
    """Terms that are decided in the months ahead, in the viewer's scope."""
    ask = asked(request, navigation.today(request))
    page = Paginator(ask.table.subscription.tolist(), PAGE).get_page(request.GET.get("page"))
    shown = lines(list(page.object_list), ask.today)
    mine = _mine(request, shown)
    context = {
        "as_of": request.at,
        "title": TITLE,
        "tabs": views("renewals"),
        "page": page,
        "told_on": max((one.told_on for one in shown if one.told_on), default=None),
        "lines": [(one, one.account in mine and not one.is_noticed) for one in shown],
        "by_month": ask.sort.removeprefix("-") == "decision",
        "has_filters": ask.has_filters,
        "calls": [(call.value, word) for call, word in CALLS.items()],
        "may_edit": bool(mine),
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "back": request.GET.urlencode(),
        **_choices(ask),
        **_figures(request, ask),
    }
    return render(request, "renewals/renewals.html", context)


def _choices(ask: Asked) -> dict[str, Any]:
    known = Choices.current()
    return {
        "sort": ask.sort,
        "filters": ask.filters,
        "months": MONTHS,
        "choices": CHOICES,
        "states": STATES.items(),
        "owners": [one for one in known.owner if one.value.isdigit()],
        "segments": known.segment,
        "touches": known.touch,
    }


def _figures(request: MemberRequest, ask: Asked) -> dict[str, Any]:
    """What is added up, against the last snapshot where it can be; the scenario that was chosen as a bridge."""
    currency, own = currency_of(request), own_money.on(ask.today)
    told = renewal_forecast.of(ask.table, currency)
    scenario = chosen(request, default=Scenario.MODEL if told.told else Scenario.MEDIUM)
    steps = renewal_scenarios.of(ask.table, currency, scenario)
    last = renewal_snapshots.last_before(ask.today) if ask.is_of_accounts else None
    was = renewal_snapshots.was(last, before(request, ask), ask.today, ask.until, own) if last else None
    address = request.GET.copy()
    for name in ("scenario", "page"):
        address.pop(name, None)
    return {
        "facts": figures.facts(told, steps, was, currency),
        "snapshot": last,
        "scenarios": figures.tabs(scenario, address.urlencode()),
        "scenario": KINDS[scenario],
        "waterfall": figures.waterfall(steps, currency) if steps.count else None,
        "unit": figures.unit(currency),
        "by_months": months(ask.table, currency),
        "currency": currency,
        "rates": own.used(),
        "unrated": _unrated(ask, own),
    }


def _unrated(ask: Asked, own: OwnMoney) -> Text | None:
    """The accounts that no amount holds; asked for only where there are some."""
    keys = {int(one) for one in ask.table.account[ask.table.currency != own.currency]}
    return own_money.left_out(
        Account.objects.filter(pk__in=keys).order_by("name").values_list("name", flat=True) if keys else ()
    )


def chosen(request: MemberRequest, default: Scenario) -> Scenario:
    """The scenario in the address; the default where it names none."""
    asked_for = request.GET.get("scenario", "")
    return Scenario(asked_for) if asked_for in set(Scenario) else default


def currency_of(request: MemberRequest) -> str:
    organisation = navigation.organisation_of(request)
    return organisation.currency if organisation else "JPY"


def views(here: str) -> list[Tab]:
    """The two pages of renewals."""
    return [
        Tab(Text("Ahead", "これからの更新"), reverse("renewals"), here == "renewals"),
        Tab(Text("What came of it", "結果と精度"), reverse("renewals-history"), here == "renewals-history"),
    ]  # fmt: skip


def _mine(request: MemberRequest, lines: Sequence[Line]) -> set[int]:
    """The accounts of these lines on which the viewer may call."""
    keys = {one.account for one in lines}
    scope = allowed(request.user, EDIT)
    if scope is None or scope is Scope.ALL:
        return keys if scope else set()
    return set(Account.objects.for_member(request.user, EDIT).filter(pk__in=keys).values_list("pk", flat=True))


@requires(Permission.EXPORT)
def renewals_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, of accounts on which the viewer holds both rights; words only for those who read them."""
    ask = asked(request, navigation.today(request))
    keys = ask.table.subscription.tolist()
    if allowed(request.user, Permission.EXPORT) is not Scope.ALL:
        own = set(Subscription.objects.for_member(request.user, Permission.EXPORT).values_list("pk", flat=True))
        keys = [one for one in keys if one in own]
    language, may_read = exports.language(), visible(request.user, FieldClass.PERSONAL)

    def cells() -> Iterator[list[Any]]:
        for start in range(0, len(keys), exports.CHUNK):
            yield from (
                _cells(one, language, may_read) for one in lines(keys[start : start + exports.CHUNK], ask.today)
            )

    exports.note(request, "renewal", len(keys), ask.filters, room="work")
    return exports.answer(kind, "renewals", [head.in_(language) for head in HEADS], cells(), request.at)


def _cells(one: Line, language: str, may_read: bool) -> list[Any]:
    call = one.held
    words = (call.reason, call.next_step) if call and may_read else ("", "")
    said = [part for each in (one.call, one.over)
            for part in ((each.word.in_(language), each.probability) if each else ("", None))]  # fmt: skip
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
