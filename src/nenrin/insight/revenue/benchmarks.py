"""Benchmarks as lines beside a KPI's values: where the bands begin and end that hold for what is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import words
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Text


def tier(by: str, within: Slice | None) -> str:
    """The key of the tier that is looked at; empty where none is."""
    return within.key if within and by == "tier" else ""


def ends(kpi: Kpi, grain: Grain, tier: str) -> set[float]:
    """Of the bands of a tier, or of all tiers; rates of a month stand against no longer period."""
    if grain != "month" and any(band.tier for band in kpi.bands):
        return set()
    own = [band for band in kpi.bands if band.tier in ("", tier) and not band.aside]
    return {end for band in own for end in (band.low, band.high) if end is not None}


def nearest(ends: set[float], values: Sequence[float]) -> list[float]:
    """Those among the values, and the next one on either side: others would press the line flat.

    >>> nearest({12, 15, 20, 60}, [13, 14])
    [12, 15]
    """
    if not values:
        return []
    below, above = [end for end in ends if end < min(values)], [end for end in ends if end > max(values)]
    among = [end for end in ends if min(values) <= end <= max(values)]
    return sorted([*among, *([max(below)] if below else []), *([min(above)] if above else [])])


def said(kpi: Kpi, marks: Sequence[float], currency: str) -> Text:
    """The lines in words; empty where there are none."""
    if not marks:
        return Text("", "")
    en, ja = (
        " · ".join(words.figure(kpi, mark, currency, language) for mark in marks) for language in ("en", "ja")
    )  # fmt: skip
    return Text(f"benchmark {en}", f"ベンチマーク {ja}")
