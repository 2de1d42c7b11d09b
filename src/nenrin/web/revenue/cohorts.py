"""Cohort tables: by the month of the first payment, what is left of revenue and of accounts, month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.revenue.cohorts import FEW, Cohort
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import cohorts
from nenrin.insight.revenue.cohorts import MONTHS
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.charts.heat import Cell, Heat, Line
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.pages import frame

#: Shades of retention in percent: 100 stands in the middle.
BOUNDS = (80.0, 90.0, 95.0, 98.0, 100.5, 105.0, 110.0)
NAMES = {
    "mrr": Text("Revenue left", "売上の継続率"),
    "accounts": Text("Accounts left", "社数の継続率"),
}
GREY = Text(
    f"Grey: a cohort of fewer than {FEW} accounts at first, too few for a percentage to say anything.",
    f"灰色: 開始時{FEW}社未満（少なすぎるため、割合は参考値）",
)
PARTS: dict[str, Callable[[Cohort, int], float | None]] = {"mrr": Cohort.kept, "accounts": Cohort.stayed}


@requires(VIEW)
def revenue_cohorts(request: MemberRequest) -> HttpResponse:
    """Both tables, of everyone or of a slice."""
    ask = asked(request)
    found = _cohorts(ask)
    context = {
        **frame(request, ask),
        "views": (),
        "tables": [(NAMES[part], _heat(ask, found, part)) for part in PARTS],
        "is_empty": not any(each.at_risk for each in found),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "revenue/cohorts.html", context)


def _cohorts(ask: Asked) -> list[Cohort]:
    return cohorts.table(ask.ledger, ask.period.end - timedelta(days=1), MONTHS, ask.within)


def behind(ask: Asked, month: date, age: int, fate: str = "") -> str:
    """The address of the accounts behind a cohort's figure."""
    told = {"cohort": f"{month:%Y-%m}", "age": str(age), **({"fate": fate} if fate else {})}
    return f"{reverse('revenue-cohort-accounts')}?{ask.address()}&{urlencode(told)}"


def _heat(ask: Asked, found: list[Cohort], part: str) -> Heat:
    ages = tuple(str(age) for age in range(MONTHS))
    lines = tuple(
        Line(
            Text(format.day(each.month, "en", "month"), format.day(each.month, "ja", "month")),
            (
                Cell(None, str(each.at_risk), url=behind(ask, each.month, 0)),
                *(_cell(ask, each, part, age) for age in range(MONTHS)),
            ),
        )
        for each in found
        if each.at_risk
    )
    corner = Text("First paid in", "初回契約月")
    return Heat(NAMES[part], corner, (Text("Accounts at first", "社数"), *ages), lines, BOUNDS, grey(found))


def grey(found: Iterable[Cohort]) -> Text | str:
    """What grey cells mean, where there are any."""
    return GREY if any(each.is_few and each.at_risk for each in found) else ""


def _cell(ask: Asked, of: Cohort, part: str, age: int) -> Cell:
    value = PARTS[part](of, age)
    if value is None:
        return Cell(None)
    url = behind(ask, of.month, age)
    return Cell(value * 100, f"{value * 100:.0f}", of.is_partial and age == len(of.mrr) - 1, url, of.is_few)


@requires(Permission.EXPORT)
def cohorts_export(request: MemberRequest, kind: str) -> Any:
    """One line for each cohort and month since."""
    ask = asked(request, Permission.EXPORT)
    found, digits = _cohorts(ask), ask.ledger.policy.reporting_currency
    heads = ["cohort", "month", "accounts_at_first", "accounts", "mrr_minor", "currency", "is_partial"]

    def lines() -> Iterator[list[Any]]:
        for each in found:
            for age, (accounts, mrr) in enumerate(zip(each.accounts, each.mrr, strict=True)):
                is_partial = each.is_partial and age == len(each.mrr) - 1
                yield [each.month, age, each.at_risk, accounts, mrr, digits, int(is_partial)]

    exports.note(request, "subscription", sum(len(each.mrr) for each in found), {"by": ask.by})
    return exports.answer(kind, "cohorts", heads, lines(), request.at)


urlpatterns = [
    path("revenue/cohorts", revenue_cohorts, name="revenue-cohorts"),
    path("revenue/cohorts/export.<str:kind>", cohorts_export, name="revenue-cohorts-export"),
]
