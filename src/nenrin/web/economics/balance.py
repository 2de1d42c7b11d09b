"""The balance (予算配分): plan and actual of both sides by month, what each won, and whether it drifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.analytics.economics.balance import Cell, Row
from nenrin.analytics.economics.categories import BALANCED, SIDES
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.periods import month_start
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.economics import plans
from nenrin.insight.economics.balances import Balance, balance_of
from nenrin.insight.revenue import books, kpis
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.economics.asking import COUNTS, EDIT, VIEW, Asked, asked, may_take
from nenrin.web.guard import MemberRequest, requires

#: The KPIs that stand beside each side.
BESIDE = {
    "acquisition": ("new_accounts", "cac", "payback_months", "ltv_to_cac"),
    "existing": ("grr", "nrr", "logo_churn", "upsell_rate"),
}
HEADS = (
    Text("Month", "月"), Text("Side", "区分"), Text("Planned", "予算"), Text("Spent", "実績"),
    Text("Planned hours", "予定工数"), Text("Hours", "実績工数"), Text("ARR won", "獲得ARR"),
    Text("ARR won for each unit spent", "費用1単位あたり獲得ARR"), Text("Currency", "通貨"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A KPI that stands beside a side's money."""

    name: Text
    meaning: Text
    figure: Figure
    url: str


@requires(VIEW)
def balance(request: MemberRequest) -> HttpResponse:
    """Both sides by month, with the KPIs of each."""
    ask = asked(request)
    found = balance_of(ask.ledger, ask.last, ask.count)
    month, beside = _beside(ask, found)
    context = {
        "as_of": request.at,
        "ask": ask,
        "counts": COUNTS,
        "found": found,
        "rows": list(reversed(found.rows)),
        "kpi_month": month,
        "sides": [(side, SIDES[side], found.whole.cell(side), beside[side]) for side in BALANCED],
        "money": _money(found),
        "shares": _shares(found),
        "phase": plans.PHASES[found.phase.phase] if found.phase else None,
        "query": ask.address(),
        "may_edit": allowed(request.user, EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "costs_query": f"from={found.rows[0].month:%Y-%m}&to={found.rows[-1].month:%Y-%m}",
    }
    return render(request, "economics/balance.html", context)


def _beside(ask: Asked, found: Balance) -> tuple[date, dict[str, list[Beside]]]:
    """The month of the KPIs, the last one that is over, and each side's."""
    over = [row.month for row in found.rows if row.month and month_start(row.month, 1) <= ask.known + timedelta(days=1)]
    month = over[-1] if over else month_start(ask.last)
    period = books.period(min(ask.known, month_start(month, 1) - timedelta(days=1)), "month")
    wanted = [key for keys in BESIDE.values() for key in keys]
    figures = kpis.figures_of(ask.ledger, period, "month", wanted=wanted, interval=False)
    start = f"grain=month&start={month.isoformat()}"
    return month, {
        side: [
            Beside(KPIS[key].name, KPIS[key].meaning, figures[key], f"{reverse('kpi', args=[key])}?{start}")
            for key in keys
        ]
        for side, keys in BESIDE.items()
    }


def _money(found: Balance) -> Lines:
    """Spent and planned by month, in the large unit of the reader's language."""
    lines = [
        _series(found, [getattr(row.cell(side), name) for row in found.rows], Text(f"{of.en}, {en}", f"{of.ja} {ja}"))
        for side, of in ((side, SIDES[side]) for side in BALANCED)
        for name, en, ja in (("minor", "spent", "実績"), ("plan_minor", "planned", "予算"))
    ]
    story = Text("Money spent and planned by month", "月別の費用の実績と予算")
    return Lines(_months(found), tuple(lines), story, axis=Text("Month", "月"))


def _series(found: Balance, minors: Sequence[int | None], label: Text) -> Series:
    amounts = [None if minor is None else Money(minor, found.currency) for minor in minors]
    texts = tuple("—" if one is None else format.money(one, exports.language(), "compact") for one in amounts)
    scale = 1e4 if exports.language() == "ja" else 1e6
    return Series(label, tuple(None if one is None else float(one.major) / scale for one in amounts), texts)


def _shares(found: Balance) -> Lines:
    rows = found.rows
    told = [
        (Text("spent on existing customers", "既存顧客への配分（実績）"), [row.share for row in rows]),
        (Text("planned", "予算"), [row.plan_share for row in rows]),
        (Text("hours", "工数"), [row.hours_share for row in rows]),
    ]
    lines = tuple(Series(label, tuple(_points(values)), tuple(_percents(values))) for label, values in told)
    edge = (100 * found.phase.existing_share,) if found.phase else ()
    story = Text("Share of existing customers by month, in per cent", "既存顧客への配分の割合（月別・%）")
    return Lines(_months(found), lines, story, high=100, edges=edge, axis=Text("Month", "月"))


def _points(values: list[float | None]) -> list[float | None]:
    return [None if value is None else 100 * value for value in values]


def _percents(values: list[float | None]) -> list[str]:
    return ["—" if value is None else format.percent(value, exports.language()) for value in values]


def _months(found: Balance) -> tuple[str, ...]:
    return tuple(format.day(row.month, exports.language(), "month") for row in found.rows)


@requires(Permission.EXPORT)
def balance_export(request: MemberRequest, kind: str) -> Any:
    """Every month and side, as a file."""
    ask, language = asked(request), exports.language()
    found = balance_of(ask.ledger, ask.last, ask.count)
    rows = found.rows if may_take(request) else ()
    exports.note(request, "budget", len(rows), {"balance": ask.address()}, room="insight")
    lines = (line for row in rows for line in _exported(row, found, language))
    return exports.answer(kind, "balance", [head.in_(language) for head in HEADS], lines, request.at)


def _exported(row: Row, found: Balance, language: str) -> Iterator[list[Any]]:
    for side in BALANCED:
        cell = row.cell(side)
        yield [row.month, SIDES[side].in_(language), *_cells(cell, found.currency), found.currency]


def _cells(cell: Cell, currency: str) -> list[Any]:
    money = [_major(cell.plan_minor, currency), _major(cell.minor, currency)]
    hours = ["" if minutes is None else round(minutes / 60, 2) for minutes in (cell.plan_minutes, cell.minutes)]
    ratio = "" if cell.arr_per_unit is None else round(cell.arr_per_unit, 4)
    return [*money, *hours, _major(cell.arr, currency), ratio]


def _major(minor: int | None, currency: str) -> Any:
    return "" if minor is None else Money(minor, currency).major


urlpatterns = [
    path("balance", balance, name="balance"),
    path("balance/export.<str:kind>", balance_export, name="balance-export"),
]
