"""A first look in words: its figures with their intervals, its rows and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.foundation import format
from nenrin.ingest.files.records import Problem, shown
from nenrin.insight.first_look.looking import Look
from nenrin.insight.lifetimes.values import Slice
from nenrin.insight.revenue import words
from nenrin.values import Money, Text
from nenrin.web.lifetimes.pictures import KINDS

LANGUAGES = ("en", "ja")
ROWS_NAMED = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as it reads; `reach` its interval, empty where it has none; `meaning` what it is."""

    key: str
    name: Text
    value: Text
    reach: Text
    meaning: Text
    n: int
    is_known: bool


def head(of: Look) -> Text:
    """ "38 customers in 61 rows of contracts.csv, as of 24 Nov 2026"."""
    days = {language: format.day(of.as_of, language) for language in LANGUAGES}
    return Text(
        f"{of.accounts:,} customers in {of.told.rows:,} rows of {of.told.name}, as of {days['en']}",
        f"{of.told.name} {of.told.rows:,}行・顧客{of.accounts:,}社（{days['ja']} 時点）",
    )


def lines(of: Look) -> list[Line]:
    """Every figure, in the order in which they are told."""
    out = []
    for key, figure in of.figures.items():
        out.append(_line(key, figure, of))
        if key == "logo_churn_year":
            out.append(_monthly(of))
    return [*out, *(_modelled(part, of) for part in of.parts if part.worth)]


def _line(key: str, figure: Figure, of: Look) -> Line:
    kpi = KPIS[key]
    value = _both(lambda language: words.figure(kpi, figure.value, of.currency, language))
    if key == "ltv" and figure.value is not None and not of.left_behind:
        value = _at_least(value)
    return Line(key, kpi.name, value, _reach(figure, of), kpi.meaning, figure.n, figure.value is not None)


def _monthly(of: Look) -> Line:
    figure, known = of.monthly, of.monthly.value is not None
    value = _both(lambda language: format.percent(figure.value, language, 2))
    reach = Text("", "")
    if figure.interval:
        reach = _between(_rate(figure.interval.low), _rate(figure.interval.high))
    return Line(
        "logo_churn_month", Text("the same as a monthly rate", "同じ解約率を月あたりに換算"), value, reach,
        Text("One minus the twelfth root of what stayed; never a twelfth of the year.",
             "1から、残った割合の12乗根を引いた値。年の12分の1ではない。"), figure.n, known,
    )  # fmt: skip


def _modelled(part: Slice, of: Look) -> Line:
    worth, choice = part.worth, part.choice
    assert worth and choice
    model = KINDS[choice.best.kind]
    term = (
        Text("monthly terms", "月契約")
        if part.term_months == 1
        else Text(f"terms of {part.term_months} months", f"{part.term_months}か月契約")
    )
    name = Text(f"LTV by lifetime model, {term.en}", f"LTV（生存モデル・{term.ja}）")
    meaning = Text(
        f"Expected gross profit of a new customer, discounted; model chosen by BIC: {model.en}; 90 % interval.",
        f"新しい顧客から得られる粗利の期待値（割引後）。BICで選んだモデル: {model.ja}。90%区間。",
    )
    reach = _between(_amount(worth.new_interval.low, of), _amount(worth.new_interval.high, of))
    return Line(
        f"ltv_model_{part.term_months}", name, _amount(worth.new, of), reach, meaning, part.cohort.customers, True
    )


def _amount(minor: float, of: Look) -> Text:
    return _both(lambda language: format.money(Money(round(minor), of.currency), language))


def _reach(figure: Figure, of: Look) -> Text:
    if figure.value is None or figure.interval is None:
        return Text("", "")
    low, high = figure.interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return Text("", "")
    return _between(_end(figure, low, of), _end(figure, high, of))


def _end(figure: Figure, end: float, of: Look) -> Text:
    return _both(lambda language: words.figure(KPIS[figure.kpi], end, of.currency, language))


def _rate(share: float) -> Text:
    return _both(lambda language: format.percent(share, language, 2))


def _between(low: Text, high: Text) -> Text:
    return Text(f"({low.en} to {high.en})", f"（{low.ja}〜{high.ja}）")


def _at_least(value: Text) -> Text:
    return Text(f"at least {value.en}", f"{value.ja}以上")


def _both(told: Callable[[str], str]) -> Text:
    return Text(told("en"), told("ja"))


def rows(numbers: Sequence[int]) -> Text:
    """The numbers of rows, the first dozen."""
    listed = ", ".join(map(str, numbers[:ROWS_NAMED]))
    more = len(numbers) - ROWS_NAMED
    return Text(
        f"rows {listed}" + (f" and {more} more" if more > 0 else ""),
        f"{listed}行目" + (f"ほか{more}行" if more > 0 else ""),
    )


def problem(row: int, of: Problem) -> Text:
    """ "Row 7, column Start: "31/02/2024"; expected a date such as ..."."""
    column = Text(f", column {of.column}", f"・列 {of.column}") if of.column else Text("", "")
    value = shown(of.value, 80)
    return Text(
        f'Row {row}{column.en}: "{value}"; expected {of.expected.en}.',
        f"{row}行目{column.ja}: 「{value}」。必要な値: {of.expected.ja}。",
    )
