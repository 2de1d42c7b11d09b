"""The result as plain rows, for files and programs: one KPI each, then what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nenrin.insight.start.results import Result
from nenrin.insight.start.words import VERDICTS
from nenrin.values import Text

HEADS = (
    Text("Section", "区分"), Text("Key", "キー"), Text("Name", "名称"), Text("Unit", "単位"), Text("Currency", "通貨"),
    Text("Baseline", "基準値"), Text("Low", "下限"), Text("High", "上限"), Text("n", "対象数"),
    Text("Now", "現在"), Text("Low", "下限"), Text("High", "上限"), Text("n", "対象数"),
    Text("Difference", "差"), Text("Low", "下限"), Text("High", "上限"), Text("Verdict", "判定"),
)  # fmt: skip
FIGURES, DONE = Text("figures", "指標"), Text("done", "実施")
_NONE: tuple[None, ...] = (None,) * 7
Cell = Text | str | float | int | date | None


def rows(of: Result) -> Iterator[tuple[Cell, ...]]:
    """Money in minor units of its currency, shares of one; None: not enough data. The first row names the days compared."""
    currency = _currency(of)
    yield ("", "", Text("as of", "基準日"), "", "", of.baseline.taken_on, None, None, None, of.day, *_NONE)
    for line in of.lines:
        verdict = VERDICTS[line.verdict] if line.verdict else ""
        yield (
            FIGURES, line.sort.key, line.sort.name, line.sort.unit, currency if line.sort.unit == "money" else "",
            line.before.value, *(line.before.interval or (None, None)), line.before.n,
            line.after.value, *(line.after.interval or (None, None)), line.after.n,
            line.change, *(line.reach or (None, None)), verdict,
        )  # fmt: skip
    for deed in of.deeds:
        yield (DONE, deed.key, deed.name, "count", "", None, None, None, None, deed.count, *_NONE)


def _currency(of: Result) -> str:
    """That of the amounts; the baseline's and today's where they differ."""
    then, now = of.baseline.currency, of.policy.reporting_currency
    return now if then == now else f"{then} → {now}"
