"""Every KPI of 50 segments over five years, in processor time; and beside `saas-metrics`, on the same rows in one run.

The aim of a hundred times is of the metrics: what either counts from rows that it has checked and prepared. With the file
read by the same library on both sides, and the rows prepared, the ratio is smaller; it is printed beside.
"""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import _billed
import _kpis_world as world
import _saas_metrics
import numpy as np
import pyarrow.parquet as pq

from nenrin.analytics.revenue import flows, groups, series, years
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.cohorts import Cohort, cohorts
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.periods import holding
from nenrin.analytics.revenue.periods import series as in_a_row
from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.revenue.readings import readings

MONTHS, CUSTOMERS, ROUNDS = 60, 18_000, 3
LAST = date(2025, 12, 31)
ASKED = in_a_row(holding(LAST, "month"), "month", MONTHS)
#: Its column of headline metrics for each of our KPIs.
SAME = {"mrr": "revenue", "arr": "arr", "paying_accounts": "active_customers", "arpa": "arpa",
        "quick_ratio": "quick_ratio", "logo_churn": "logo_churn_rate", "gross_mrr_churn": "gross_revenue_churn_rate",
        "nrr": "nrr_12m", "grr": "grr_12m", "logo_retention": "logo_retention_12m"}  # fmt: skip
LINES = {"begin": "beginning", "new": "new_logo", "reactivation": "reactivation", "expansion": "expansion",
         "contraction": "contraction", "churn": "churn", "end": "ending"}  # fmt: skip
MONEY = ("mrr", "arr", "arpa")


def run() -> list[dict[str, Any]]:
    return [*_full(), *_beside()]


def _full() -> list[dict[str, Any]]:
    book = world.book()
    cut = groups.disjoint(world.segments(len(book.accounts)), world.SEGMENTS)
    seconds, _ = _best(lambda: series.computed(book, ASKED, cut, Facts()))
    megabytes = _peak(lambda: series.computed(book, ASKED, cut, Facts()))
    name = (
        f"{len(KPIS)} KPIs with intervals, {world.SEGMENTS} segments, {len(book.accounts):,} accounts x {MONTHS} months"
    )
    return [
        _row(name, seconds, "s", "<= 1", seconds <= 1),
        _row("the same: most memory at a time, beside the book", megabytes, "MB", "", None),
    ]


def _peak(work: Callable[[], Any]) -> float:
    """Megabytes; apart from the timing, which it slows."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 1e6, 1)


def _beside() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        rows = _billed.write(file, CUSTOMERS)
        told = _saas_metrics.ask(file, "2026-01-01", Path(folder))
        reading, (book, cut, labels) = _best(lambda: _billed.book(_billed.read(file), Policy(gap_merge_days=0)))
        alone, found = _best(lambda: _metrics(book, cut))
        off = _off({**found, "labels": labels}, Path(folder)) if told else None
    what = f"waterfall, segments, cohorts, {len(SAME)} metrics of {rows:,} billed rows"
    from_file, from_rows = (
        f"{what}: read from Parquet, prepared and counted",
        f"{what}: counted from prepared rows alone",
    )
    both = round(reading + alone, 4)
    if told is None:
        needs = ("saas-metrics 0.2.1 (needs Python 3.12)", None)
        return [_row(name, seconds, "s", aim, None, needs)
                for name, seconds, aim in ((from_file, both, ""), (from_rows, alone, "100 x faster"))]  # fmt: skip
    theirs = told["read"] + told["checked"] + told["counted"]
    return [
        _row(from_file, both, "s", "", None,
             ("saas-metrics 0.2.1: prepare(), qc(), the same tables", theirs)),
        _row(from_rows, alone, "s", "100 x faster", told["counted"] >= 100 * alone,
             ("saas-metrics 0.2.1: the same tables from what qc() returns", told["counted"])),
        _row("the same from Parquet, beside all that it computes", both, "s", "", None,
             ("saas-metrics 0.2.1: analyze()", told["whole"])),
        _row("values that differ from saas-metrics by more than 1e-9 or a cent", off or 0, "values", 0, off == 0),
    ]  # fmt: skip


def _metrics(book: Book, cut: Groups) -> dict[str, Any]:
    """What both compute: the movements by segment and of all, the cohorts, the headline metrics of all."""
    read = readings(book, ASKED, prepared=False)
    kept = series.totals(book, ASKED, groups.everyone(len(book.accounts)), years.COLUMNS, read)
    by_segment = series.totals(book, ASKED, cut, flows.COLUMNS, read)
    whole = kept | {name: values.sum(axis=1, keepdims=True) for name, values in by_segment.items()}
    return {"metrics": series.of_totals(whole, Facts(), SAME), "whole": whole, "segments": by_segment,
            "cohorts": cohorts(book, LAST, MONTHS, read[-1])}  # fmt: skip


def _off(ours: dict[str, Any], folder: Path) -> int:
    """How many of the values both compute differ."""
    metrics, whole = (pq.read_table(folder / f"{name}.parquet").to_pydict() for name in ("metrics", "waterfall"))
    off = sum(_unlike(ours["metrics"][key][:, 0] / (100 if key in MONEY else 1), metrics[name])
              for key, name in SAME.items())  # fmt: skip
    off += sum(_unlike(ours["whole"][key][:, 0] / 100, whole[name]) for key, name in LINES.items())
    return int(off + _segments_off(ours, folder) + _cohorts_off(ours["cohorts"], folder))


def _unlike(ours: Any, theirs: list[Any]) -> int:
    told = np.array([np.nan if value is None else float(value) for value in theirs])
    # Ours are silent below 30 accounts and where an interval's base is missing; what both say must agree.
    both = ~np.isnan(ours) & ~np.isnan(told)
    assert both.sum() > len(told) // 2
    return int((~np.isclose(ours[both], told[both], rtol=1e-9, atol=0.0051)).sum())


def _segments_off(ours: dict[str, Any], folder: Path) -> int:
    told = pq.read_table(folder / "segments.parquet").to_pylist()
    months, place = {each.end: n for n, each in enumerate(ASKED)}, {name: n for n, name in enumerate(ours["labels"])}
    off = 0
    for row in told:
        day = row["period_end"].date() if hasattr(row["period_end"], "date") else row["period_end"]
        month, segment = months[date.fromordinal(day.toordinal() + 1)], place[row["segment"]]
        off += sum(abs(ours["segments"][key][month, segment] - round(float(row[name]) * 100)) > 0
                   for key, name in LINES.items())  # fmt: skip
    return off


def _cohorts_off(ours: list[Cohort], folder: Path) -> int:
    told = {(row["vintage"].year, row["vintage"].month, row["age"]): row
            for row in pq.read_table(folder / "retention.parquet").to_pylist()}  # fmt: skip
    off = 0
    for cohort in ours:
        for age in range(len(cohort.mrr) if cohort.at_risk else 0):
            row = told[cohort.month.year, cohort.month.month, age]
            off += (
                cohort.accounts[age] != row["active_logos"]
                or abs(cohort.mrr[age] - round(float(row["revenue"]) * 100)) > 0
            )
    return off


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of the quickest of three, and what came out."""
    taken, found = [], None
    for _ in range(ROUNDS):
        began = time.process_time()
        found = work()
        taken.append(time.process_time() - began)
    return round(min(taken), 4), found


def _row(
    name: str, figure: float, unit: str, aim: Any, holds: bool | None, peer: tuple[str, float | None] = ("", None)
) -> dict[str, Any]:
    ratio = round(peer[1] / figure, 1) if peer[1] else None
    return {"name": name, "figure": figure, "unit": unit, "aim": aim, "holds": None if holds is None else bool(holds), "peer": peer[0] or None,
            "peer_figure": peer[1] and round(peer[1], 2), "ratio": ratio}  # fmt: skip
