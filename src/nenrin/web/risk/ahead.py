"""The accounts behind a month ahead of the forecast, or behind the twelve together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.http import Http404
from django.urls import path, reverse

from nenrin.customers.terms import add_months
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue.words import parsed_day
from nenrin.insight.risk import each, lists, reports
from nenrin.values import Text
from nenrin.web import drills
from nenrin.web.drills import Choice, Column, Drill
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.risk import asking, words

VIEW = Permission.SUBSCRIPTIONS_VIEW
MONTHS = 12
#: In place of a day: all of them.
YEAR, ALL = "year", -1
COLUMNS = (
    Column("amount", Text("Expected", "予測"), "money", "risk_expected_one"),
    Column("share", Text("Probability", "確率"), "share", "risk_probability"),
    Column("mrr", Text("MRR", "MRR"), "money", "risk_mrr"),
)
RANKS = Text(
    "too few events for a probability of each: the amount is its part of the sum",
    "発生数が少ないため顧客ごとの確率は表示せず、金額は合計の内訳です",
)


def begins(event: str) -> list[date]:
    """The first days of the months ahead; none where nothing is told."""
    told = lists.told(event).aggregate(last=Max("as_of"))["last"]
    return [add_months(told + timedelta(1), n) for n in range(MONTHS)] if told else []


def place(event: str, told: str) -> int | None:
    """Which month ahead a word of the address names, ALL for them together; None where it is none."""
    if told == YEAR:
        return ALL
    day, months = parsed_day(told), begins(event)
    return months.index(day) if day in months else None


def drill(request: MemberRequest, told: str, permission: Permission = VIEW) -> Drill:
    """The list; of a past month, what was said at its begin. Raises Http404."""
    filters, within, day = asking.asked(request), asking.accounts(request, permission), parsed_day(told)
    months, month = begins(filters.event), place(filters.event, told)
    if month is None and day is None:
        raise Http404(told)
    then = day - timedelta(1) if month is None and day is not None else None
    if then is not None:
        found = each.said(filters.event, then, within)
    else:
        found = each.ahead(filters.event, within, None if month == ALL else month)
    says = each.says_probabilities(filters.event, then)
    kept = [n for n, one in enumerate(COLUMNS) if says or one.key != "share"]
    whole = [(one.account, (round(one.amount), one.p, one.minor)) for one in found]
    rows = [(account, tuple(values[n] for n in kept)) for account, values in whole]
    about = _span(day) if day is not None else Text("within twelve months", "12か月以内")
    about = about if says else Text(f"{about.en}; {RANKS.en}", f"{about.ja}。{RANKS.ja}")
    events = Choice("event", Text("What may happen", "起こりうること"), list(words.EVENTS.items()), filters.event)
    return Drill(
        Text("Expected MRR by account", "顧客別の予測MRR"),
        (Text("Forecast", "予測"), f"{reverse('risk-forecast')}?event={filters.event}"),
        [COLUMNS[n] for n in kept], rows, reports.currency(), months[0] - timedelta(1) if months else request.at, "risk-ahead-export",
        [events], about=about, key=told,
    )  # fmt: skip


def _span(day: date) -> Text:
    return Text(f"within a month from {format.day(day, 'en')}", f"{format.day(day, 'ja')}からの1か月")


@requires(Permission.EXPORT)
def export(request: MemberRequest, day: str, kind: str) -> Any:
    """The same as a file."""
    return drills.file(request, drill(request, day, Permission.EXPORT), kind, "risk-expected")


urlpatterns = [path("risk/forecast/<str:day>/export.<str:kind>", export, name="risk-ahead-export")]
