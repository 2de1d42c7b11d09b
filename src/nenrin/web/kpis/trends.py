"""A KPI period by period, with its target and the nearest benchmarks as dotted lines; and as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import benchmarks, kpis, slices, trends, words
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.charts import units
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.revenue.asking import Asked

TREND = {"month": 13, "quarter": 9, "year": 5}
#: What a KPI is told by where nothing was chosen.
USUAL = ("tier", "plan", "touch_model")


def told(ask: Asked, one: Kpi) -> list[Figure]:
    return trends.trend(ask.books, ask.series(TREND[ask.grain]), ask.grain, one.key, ask.by, ask.within)


def picture(ask: Asked, one: Kpi, target: KpiTarget | None) -> tuple[Lines, Text | None]:
    """The line, with what its axis counts in where that is money, and what its dotted lines are; None where it has none."""
    language, currency = exports.language(), ask.ledger.policy.reporting_currency
    figures = told(ask, one)
    found = [figure.value for figure in figures]
    scale, unit = _scale(one, [each for each in found if each is not None], currency, language)
    values = tuple(None if value is None else value * scale for value in found)
    texts = tuple(words.figure(one, value, currency, language) for value in found)
    cells = tuple(_cell(one, figure, currency, language) for figure in figures)
    ends = benchmarks.ends(one, ask.grain, benchmarks.tier(ask.by, ask.within))
    marks = benchmarks.nearest(ends, [each for each in found if each is not None])
    edges = [mark * scale for mark in [*marks, *([target.value] if target else [])]]
    known = [value for value in values if value is not None]
    reach = [*known, *edges]
    low = None if known and min(known) > 0.5 * max(known) else min([0.0, *known])
    chart = Lines(
        tuple(ask.name(period).in_(language) for period in ask.series(TREND[ask.grain])),
        (Series(one.name, values, texts, cells),),
        one.name,
        low=min(reach) if low is None else min([low, *edges]),
        high=max(reach) if edges else None,
        edges=tuple(edges),
        axis=Text("Period", "期間"),
        is_partial=ask.is_partial,
        unit=unit,
    )
    return chart, _legend(one, marks, target.value if target else None, currency)


def _scale(one: Kpi, known: Sequence[float], currency: str, language: str) -> tuple[float, Text | str]:
    """What a value is multiplied by, and what the axis counts in."""
    if one.unit == "money":
        minors, words = units.plain(currency, language, known)
        return 1 / minors, words
    return (100, Text("In percent.", "単位 %。")) if one.unit == "share" else (1, "")


def _cell(one: Kpi, of: Figure, currency: str, language: str) -> str:
    """A figure with its interval, where it has one."""
    value, reach = words.figure(one, of.value, currency, language), words.reach(one, of, currency, language)
    if not reach:
        return value
    return Text("{value} (95%: {reach})", "{value}（95%区間 {reach}）").fill(value=value, reach=reach).in_(language)


def _legend(one: Kpi, marks: Sequence[float], aim: float | None, currency: str) -> Text | None:
    if not marks and aim is None:
        return None
    parts = [benchmarks.said(one, marks, currency)] if marks else []
    if aim is not None:
        en, ja = (words.figure(one, aim, currency, language) for language in ("en", "ja"))
        parts.append(Text(f"target {en}", f"目標 {ja}"))
    return Text("Dotted: " + ", ".join(each.en for each in parts), "点線：" + "、".join(each.ja for each in parts))


def by_part(ask: Asked, one: Kpi) -> list[tuple[str, list[tuple[slices.Slice, Figure]]]]:
    """The KPI in every part of the dimension asked for, or of the usual ones."""
    out = []
    for dimension in [ask.by] if ask.by else USUAL:
        found = kpis.slices(ask.ledger, dimension, ask.period)
        figures = kpis.by_slice(ask.ledger, ask.period, ask.grain, found, (one.key,))[one.key]
        out.append((dimension, list(zip(found, figures, strict=True))))
    return out


def heads(language: str) -> list[str]:
    named = [
        Text("From", "開始日"),
        Text("To (excluded)", "終了日（含まない）"),
        Text("By", "区分の種類"),
        Text("Slice", "区分"),
    ]
    return [*(each.in_(language) for each in named), "slice", "value", "unit", "n", "low", "high"]


def rows(ask: Asked, one: Kpi, table: str) -> Iterator[list[Any]]:
    """Of the file of the trend, or of the parts (`table` "slices")."""
    language = exports.language()
    if table == "slices":
        span: list[Any] = [ask.period.start, ask.period.end]
        for dimension, found in by_part(ask, one):
            for part, figure in found:
                name = [DIMENSIONS[dimension].in_(language), part.name.in_(language), slices.spoken(part.key)]
                yield [*span, *name, *cells(ask, figure)]
        return
    within = ask.within
    name = ([DIMENSIONS[ask.by].in_(language), within.name.in_(language), slices.spoken(within.key)] if within
            else ["", slices.ALL.in_(language), ""])  # fmt: skip
    for period, figure in zip(ask.series(TREND[ask.grain]), told(ask, one), strict=True):
        yield [period.start, period.end, *name, *cells(ask, figure)]


def cells(ask: Asked, of: Figure) -> list[Any]:
    """Of a file: value, unit (of money its currency), number behind it, and the ends of the interval."""
    unit, currency = KPIS[of.kpi].unit, ask.ledger.policy.reporting_currency
    value, low, high = (words.in_file(each, unit, currency) for each in (of.value, *(of.interval or (None, None))))
    return [value, currency if unit == "money" else unit, of.n, low, high]
