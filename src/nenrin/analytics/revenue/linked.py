"""The chained rate of periods that follow one another: sums of its months by group, and its spread, block by block."""

from __future__ import annotations

from typing import Any

import numpy as np

from nenrin.analytics.revenue.blocks import Block, Floats, Sheet, blocks
from nenrin.analytics.revenue.chains import NAMES
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import CHAIN
from nenrin.analytics.revenue.spans import Lines, Span, rows, windows
from nenrin.analytics.revenue.standings import marks


def summed(span: Span, groups: Groups) -> dict[str, Any]:
    """chain_under_0 and so on, and chains.NAMES: [periods, groups]."""
    lines, told = span.lines(), list(blocks(groups, np.arange(len(groups.row))))
    if groups.inside is None:
        months, of_period = _months(span, groups, told, lines)
    else:
        months, of_period = _moving_months(span, groups, told, lines)
    sums = {f"chain_{side}_{n}": months[side][of_period[:, n]].astype(np.int64)
            for side in ("under", "over") for n in range(CHAIN)}  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse = {side: 1 / months[side] for side in ("under", "over")}
        spread = Sheet(len(span.asked), groups.count)
        for block in told:
            added = _added(span, groups, block, lines.rates(block.begin, block.end), inverse, of_period)
            squares = added * added
            spread.add(block, {NAMES[0]: block.summed(squares), NAMES[1]: block.dot(squares, added)})
    return {**sums, **{name: spread[name] for name in NAMES}}


def _months(span: Span, groups: Groups, told: list[Block], lines: Lines) -> tuple[Sheet, Whole]:
    """Sums of every month, [months, groups]; which ones each period has."""
    sheet = Sheet(len(span.links.opens), groups.count)
    for block in told:
        rates = lines.rates(block.begin, block.end)
        under = rows(rates, span.links.opens)
        sheet.add(
            block, {"under": block.summed(under), "over": block.dot(marks(under), rows(rates, span.links.closes))}
        )
    return sheet, span.links.of_period


def _moving_months(span: Span, groups: Groups, told: list[Block], lines: Lines) -> tuple[Sheet, Whole]:
    """The same where accounts move between groups: each period has months of its own, of those in the group in it."""
    of_period = np.arange(len(span.asked) * CHAIN).reshape(CHAIN, -1).T
    sheet = Sheet(of_period.size, groups.count)
    for block in told:
        rates = lines.rates(block.begin, block.end)
        parts = [_inside_sides(span, groups, block, rates, n) for n in range(CHAIN)]
        for side, values in zip(("under", "over"), zip(*parts, strict=True), strict=True):
            sheet.add(block, {side: np.concatenate([block.summed(one) for one in values])})
    return sheet, of_period


def _sides(rates: Floats, opens: Whole, closes: Whole) -> tuple[Floats, Floats]:
    """Rates of the day before each month, and of its last day for those who paid on that."""
    under = rows(rates, opens)
    return under, rows(rates, closes) * marks(under)


def _inside_sides(span: Span, groups: Groups, block: Block, rates: Floats, month: int) -> tuple[Floats, Floats]:
    which = span.links.of_period[:, month]
    under, over = _sides(rates, span.links.opens[which], span.links.closes[which])
    inside = np.zeros(0) if groups.inside is None else groups.inside[:, block.at]
    return under * inside, over * inside


def _added(
    span: Span, groups: Groups, block: Block, rates: Floats, inverse: dict[str, Floats], of_period: Whole
) -> Floats:  # fmt: skip
    """What each place adds to the logarithm of each period's chained rate."""
    if groups.inside is None:
        under, over = _sides(rates, span.links.opens, span.links.closes)
        return windows(_influence(block, (under, over), inverse), of_period)
    out = np.zeros((len(span.asked), len(block.at)))
    for n in range(CHAIN):
        own = {side: values[of_period[:, n]] for side, values in inverse.items()}
        out += _influence(block, _inside_sides(span, groups, block, rates, n), own)
    return out


def _influence(block: Block, sides: tuple[Floats, Floats], inverse: dict[str, Floats]) -> Floats:
    begins, ends = (values * block.spread(inverse[side]) for side, values in zip(("under", "over"), sides, strict=True))
    ends -= begins
    return ends
