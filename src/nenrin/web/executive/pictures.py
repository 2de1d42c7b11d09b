"""The dashboard's pictures, made of its record: bridge, retention, cohorts, migration of health, renewals ahead."""

from __future__ import annotations

from collections.abc import Sequence

from nenrin.analytics.revenue.cohorts import Cohort
from nenrin.foundation import format
from nenrin.insight.executive import bridges
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.standing import BANDS, GONE, NEW, Part, Standing
from nenrin.insight.executive.words import BAND_NAMES, compact
from nenrin.insight.revenue import words
from nenrin.values import Text
from nenrin.web.charts import shares, units
from nenrin.web.charts.bands import band_of
from nenrin.web.charts.heat import Cell, Heat, Line
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.charts.waterfall import Step, Waterfall
from nenrin.web.executive import moves
from nenrin.web.revenue.asking import Asked
from nenrin.web.revenue.cohorts import behind, grey

#: Shades of revenue left in percent, as on the page of cohorts.
BOUNDS = (80.0, 90.0, 95.0, 98.0, 100.5, 105.0, 110.0)
#: Shades of how many accounts moved.
MOVED = (1.0, 3.0, 6.0, 12.0, 25.0, 50.0, 100.0)


def waterfall(of: Dashboard, language: str) -> Waterfall:
    """From begin to end of the period."""
    steps = tuple(Step(each.name, each.amount, each.shown.in_(language), each.is_total) for each in bridges.steps(of))
    story = Text(f"MRR from {steps[0].text} to {steps[-1].text}", f"MRRは{steps[0].text}から{steps[-1].text}へ")
    return Waterfall(steps, story, units.monthly(of.ask.currency, language)[0])


def retention(of: Dashboard, language: str) -> Lines | None:
    """NRR and GRR of twelve months, period by period; None where fewer than two are known."""
    found = [tile for key in ("nrr", "grr") if (tile := of.tile(key))]
    if not any(sum(value is not None for _, value in tile.trend) > 1 for tile in found):
        return None
    days = tuple(of.ask.name(period).in_(language) for period, _ in found[0].trend)
    series = tuple(
        Series(
            tile.kpi.name,
            tuple(None if value is None else value * 100 for _, value in tile.trend),
            tuple(words.figure(tile.kpi, value, of.ask.currency, language) for _, value in tile.trend),
        )
        for tile in found
    )
    targets = tuple(tile.target.value * 100 for tile in found if tile.target)
    story = Text("NRR and GRR, period by period", "NRRとGRRの推移")
    return Lines(days, series, story, low=None, edges=targets, unit="%")


def cohorts(of: Dashboard, ask: Asked) -> Heat:
    """Revenue left by the month of the first payment."""
    ages = tuple(str(age) for age in range(13))
    lines = tuple(
        Line(
            Text(*(format.day(each.month, language, "month") for language in ("en", "ja"))),
            (
                Cell(None, str(each.at_risk), url=behind(ask, each.month, 0)),
                *(_cell(ask, each, age) for age in range(13)),
            ),
        )
        for each in of.cohorts
    )
    caption = Text("Revenue left by month of the first payment, in percent", "初回契約月別の売上継続率（%）")
    return Heat(
        caption, Text("First paid in", "初回契約月"), (Text("Accounts", "社数"), *ages), lines, BOUNDS, grey(of.cohorts)
    )


def _cell(ask: Asked, of: Cohort, age: int) -> Cell:
    value = of.kept(age)
    if value is None:
        return Cell(None)
    is_partial = of.is_partial and age == len(of.mrr) - 1
    return Cell(value * 100, f"{value * 100:.0f}", is_partial, behind(ask, of.month, age), of.is_few)


def migration(standing: Standing, ask: Asked) -> Heat:
    """Accounts by band before and now."""
    ends, starts = (*BANDS, GONE), (*BANDS, NEW)
    lines = tuple(_moved(standing, ask, was, ends) for was in starts if was != NEW or _total(standing, was))
    caption = Text("Accounts by health before and now", "ヘルスの移り変わり（社数）")
    corner = Text("Before → now", "期首 → 現在")
    return Heat(caption, corner, tuple(BAND_NAMES[band] for band in ends), lines, MOVED)


def _moved(standing: Standing, ask: Asked, was: str, ends: tuple[str, ...]) -> Line:
    name, n = BAND_NAMES[was], _total(standing, was)
    cells = tuple(_count(standing.moved.get((was, now), 0), moves.address(ask.address(), was, now)) for now in ends)
    return Line(Text(f"{name.en} ({n})", f"{name.ja} {n}社"), cells, moves.address(ask.address(), was) if n else "")


def _count(n: int, url: str) -> Cell:
    return Cell(float(n), str(n), url=url) if n else Cell(None, "0")


def _total(standing: Standing, was: str) -> int:
    return sum(n for (old, _), n in standing.moved.items() if old == was)


def by_health(of: Dashboard, ask: Asked, language: str) -> shares.Shares | None:
    """MRR by health now, above what it was when the period began."""
    standing = of.standing
    if standing is None or not standing.mrr:
        return None
    wholes = [_whole(of, ask, standing.parts, format.day(standing.day, language, "brief"), language)]
    if standing.before_day and any(part.mrr for part in standing.before):
        wholes.insert(0, _whole(of, ask, standing.before, format.day(standing.before_day, language, "brief"), language))
    told = format.percent(standing.of("at_risk").mrr / standing.mrr, language)
    return shares.Shares(tuple(wholes), Text(f"{told} of MRR is at risk", f"MRRの{told}が危険"), 720)


def _whole(of: Dashboard, ask: Asked, parts: Sequence[Part], label: str, language: str) -> shares.Whole:
    made = tuple(
        shares.Share(
            band_of(part.band),
            part.mrr,
            compact(of, part.mrr).in_(language),
            Text(f"{part.accounts}", f"{part.accounts}社").in_(language),
            moves.address(ask.address(), now=part.band) if part.accounts else "",
        )
        for part in parts
    )
    return shares.Whole(label, made)


def unit(of: Dashboard, language: str) -> Text:
    """What the bridge's axis counts in."""
    return units.monthly(of.ask.currency, language)[1]
