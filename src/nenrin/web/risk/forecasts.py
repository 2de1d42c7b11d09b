"""MRR expected to be lost or won by month, and how earlier months' forecasts came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.terms import add_months
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import RiskSaid
from nenrin.insight.refresh import here
from nenrin.insight.revenue import books
from nenrin.insight.risk import forecasts, outcomes, reports, silences, tables
from nenrin.insight.risk.forecasts import Forecast
from nenrin.insight.risk.past_months import Held
from nenrin.values import Money, Text
from nenrin.web import drills, exports, navigation
from nenrin.web.charts import units
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.executive import reconciling
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE
from nenrin.web.risk import ahead, asking, counts, events, words
from nenrin.web.risk.tabs import tabs

VIEW = Permission.SUBSCRIPTIONS_VIEW
EARLIEST, LATEST = 1990, 2200
BASES: dict[str, Text] = {
    "said": Text("as said", "当時の予測"),
    "replayed": Text("replayed", "再現した予測"),
}


def known(request: MemberRequest) -> date:
    """The last closed day, of which risk is told."""
    return here().scored_through or navigation.today(request) - timedelta(1)


@requires(VIEW)
def forecast(request: MemberRequest) -> HttpResponse:
    """Twelve months ahead and twelve back."""
    filters, day = asking.asked(request), known(request)
    found = forecasts.forecast(filters.event, day, asking.accounts(request, VIEW))
    currency = reports.currency()
    context = {
        "as_of": found.as_of or request.at,
        "known": day,
        "tabs": tabs("risk-forecast", filters.event),
        "filters": filters,
        "events": list(words.EVENTS.items()),
        "found": found,
        "silence": None if found.version else silences.of(filters.event),
        "wording": events.EVENTS[filters.event],
        "year": events.said(events.EVENTS[filters.event].year, _amounts(found.year, currency)),
        "drift": _drift(found),
        "count": counts.against_chance(found.ended),
        "mrr": Money(found.mrr, currency),
        "months": [(one, _amounts(one.expected, currency)) for one in found.months],
        "held": [_line(one, currency) for one in reversed(found.held)],
        "sums": _sums(found, currency),
        "chart": _chart(found, currency),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "risk/forecast.html", context)


def _amounts(one: Any, currency: str) -> tuple[Money, Money, Money]:
    value, low, high = (Money(round(amount), currency) for amount in (one.value, one.low, one.high))
    return value, low, high


def _line(one: Held, currency: str) -> tuple[Held, Text, tuple[Money, Money, Money], Money, Money]:
    amounts = _amounts(one.expected, currency)
    return one, BASES[one.basis], amounts, Money(one.actual, currency), Money(one.unpaid, currency)


def _sums(found: Forecast, currency: str) -> dict[str, Any] | None:
    """Expected and actual of all months that ended, and how many actuals fell into their intervals."""
    ended = found.ended
    if not ended:
        return None
    return {
        "months": len(ended),
        "within": sum(one.is_within for one in ended),
        "expected": Money(round(sum(one.expected.value for one in ended)), currency),
        "actual": Money(sum(one.actual for one in ended), currency),
        "unpaid": Money(sum(one.unpaid for one in ended), currency),
    }


def _chart(found: Forecast, currency: str) -> Lines | None:
    """Actual and expected of past months, then expected with its interval."""
    if not found.held and not found.months:
        return None
    language = get_language() or "ja"
    past, ahead = found.ended, found.months
    both = [*(one.expected for one in past), *(one.expected for one in ahead)]
    told_values = [*(one.actual for one in past), *(value for one in both for value in (one.value, one.high))]
    minors, unit = units.plain(currency, language, [value for value in told_values if value is not None])
    count = len(past) + len(ahead)

    def series(name: Text, values: Sequence[float | None]) -> Series:
        told = [None if value is None else Money(round(value), currency) for value in values]
        texts = tuple("—" if one is None else format.money(one, language) for one in told)
        return Series(name, tuple(None if value is None else value / minors for value in values), texts)

    lines = (
        series(Text("actual", "実績"), [*(float(one.actual) for one in past), *(None for _ in ahead)]),
        series(Text("expected", "予測"), [one.value for one in both]),
        series(Text("80 % interval, high", "80%区間の上限"), [one.high for one in both]),
    )
    begins = [*(one.begins for one in past), *(one.begins for one in ahead)]
    labels = tuple(format.day(day, language, "month") for day in begins)
    return Lines(
        labels,
        lines,
        _story(found, currency),
        low=0.0,
        mark=len(past) if past and count > len(past) else None,
        unit=unit,
    )


def _story(found: Forecast, currency: str) -> Text:
    sums = _sums(found, currency)
    if sums is None:
        return Text("Expected MRR by month", "月別の予測MRR")
    return Text(
        f"Of {sums['months']} months, {sums['within']} came out within their 80 % interval.",
        f"{sums['months']}か月のうち{sums['within']}か月の実績が80%区間に入った。",
    )


def _drift(found: Forecast) -> Text | None:
    """Whether what came has drifted away from what was said, in words; None where no month has ended."""
    watch = found.watch
    if watch is None:
        return None
    if watch.since is None:
        return Text(
            f"No alarm over {len(found.ended)} months (CUSUM at most {watch.most:.1f}; an alarm is raised above {watch.alarm:g}).",
            f"{len(found.ended)}か月のあいだ警告なし（累積和は最大{watch.most:.1f}、{watch.alarm:g}を超えると警告）。",
        )
    month = Text(*(format.day(watch.since, language, "month") for language in ("en", "ja")))
    way = Text("more", "多い") if watch.is_over else Text("fewer", "少ない")
    return Text(
        f"Drift: in {month.en} the alarm was raised, because {way.en} events came than had been told "
        f"(CUSUM {watch.most:.1f}, alarm above {watch.alarm:g}). Learn a new model, and ask what changed.",
        f"ずれを検知：{month.ja}に警告。予測より発生数が{way.ja}状態が続きました（累積和{watch.most:.1f}、警告は{watch.alarm:g}超）。モデルを学習し直し、変化の理由を確認してください。",
    )


@requires(VIEW)
def month(request: MemberRequest, day: str) -> HttpResponse:
    """The accounts behind a past month: what was said of each and what it did; or behind a month ahead."""
    filters = asking.asked(request)
    if ahead.place(filters.event, day) is not None:
        return drills.page(request, ahead.drill(request, day))
    when = _day(day)
    rows = (
        RiskSaid.objects.filter(event=filters.event, as_of=when - timedelta(1))
        .select_related("account", "version")
        .defer("version__document")
    )
    within = asking.accounts(request, VIEW)
    rows = rows if within is None else rows.filter(account__in=within)
    page = Paginator(rows.order_by("-p", "pk"), PAGE).get_page(request.GET.get("page"))
    currency = reports.currency()
    came = _came(filters.event, when, min(add_months(when, 1), known(request) + timedelta(1)))
    language = get_language() or "ja"
    first = page.object_list[0] if page.object_list else None
    context = {
        "as_of": when - timedelta(1),
        "begins": when,
        "filters": filters,
        "event": words.EVENTS[filters.event],
        "reconciliation": reconciling.block(when, known(request), within) if filters.event == "churn" else None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": f"event={filters.event}",
        "day": day,
        "basis": BASES["replayed" if first and first.is_replayed else "said"],
        "page": page,
        "lines": [
            (
                row,
                words.interval(*_first(row), language),
                Money(row.minor, currency),
                _moved(came.get(row.account_id, 0), currency),
            )
            for row in page.object_list
        ],
    }
    return render(request, "risk/month.html", context)


def _first(row: RiskSaid) -> tuple[float, float]:
    """The interval of the first horizon, which is the month."""
    _, _, low, high = row.horizons[0]
    return low, high


def _moved(amount: int, currency: str) -> Money | None:
    return Money(amount, currency) if amount else None


def _came(event: str, begins: date, ends: date) -> dict[int, int]:
    """Account -> MRR that moved by the event in the month."""
    standing = outcomes.decided(books.ledger(ends - timedelta(1))).standing([begins], [ends])
    mine = standing.outcome == tables.EVENTS[event]
    return dict(zip(standing.account[mine].tolist(), standing.change[mine].tolist(), strict=True))


def _day(told: str) -> date:
    try:
        found = date.fromisoformat(told)
    except ValueError:
        raise Http404(told) from None
    if not EARLIEST <= found.year < LATEST:
        raise Http404(told)
    return found


_HEADS = (
    Text("From", "開始"), Text("Before", "終了（前日まで）"), Text("Basis", "区分"), Text("Expected", "予測"), Text("Low (80 %)", "下限（80%）"),
    Text("High (80 %)", "上限（80%）"), Text("Actual", "実績"), Text("Unpaid", "支払い滞納による解約"), Text("Currency", "通貨"),
    Text("Accounts", "対象顧客数"), Text("Expected accounts", "見込みの顧客数"),
    Text("Happened", "発生数"),
)  # fmt: skip


@requires(Permission.EXPORT)
def forecast_export(request: MemberRequest, kind: str) -> Any:
    """All months as a file, past and coming."""
    filters, language = asking.asked(request), exports.language()
    found = forecasts.forecast(filters.event, known(request), asking.accounts(request, Permission.EXPORT))
    currency = reports.currency()

    def lines() -> Iterator[list[Any]]:
        for one in found.held:
            amounts = [amount.major for amount in _amounts(one.expected, currency)]
            came = [Money(one.actual, currency).major, Money(one.unpaid, currency).major] if one.has_ended else ["", ""]
            yield [
                one.begins,
                one.ends,
                BASES[one.basis].in_(language),
                *amounts,
                *came,
                currency,
                one.accounts,
                round(one.told, 2),
                one.happened,
            ]
        for coming in found.months:
            amounts = [amount.major for amount in _amounts(coming.expected, currency)]
            yield [coming.begins, coming.ends, Text("ahead", "今後").in_(language), *amounts, "", "", currency, "",
                   round(coming.accounts, 2), ""]  # fmt: skip

    exports.note(request, "subscription", len(found.held) + len(found.months), {"risk": filters.event})
    name = f"risk-forecast-{filters.event}"
    return exports.answer(kind, name, [head.in_(language) for head in _HEADS], lines(), request.at)


urlpatterns = [
    path("risk/forecast", forecast, name="risk-forecast"),
    path("risk/forecast/export.<str:kind>", forecast_export, name="risk-forecast-export"),
    *ahead.urlpatterns,
    path("risk/forecast/<str:day>", month, name="risk-month"),
]
