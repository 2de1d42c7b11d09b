"""Products of what an account pays at two times, by group: what intervals of ratios are made of."""

from __future__ import annotations

from nenrin.analytics.intervals import Moments
from nenrin.analytics.revenue.blocks import Block, Floats, Sheet

#: Of a side alone: how many have any, and its first three powers.
ALONE = ("n", "1", "2", "3")
#: Of the upper side, alone and with the lower one.
BESIDE = ("y", "yy", "yx", "yyy", "yyx", "yxx")


def alone(sheet: Sheet, block: Block, side: str, values: Floats, has: Floats, squares: Floats) -> None:
    """Powers of a side; `has`: 1 where it is anything."""
    sheet.add(block, {f"{side}.n": block.summed(has), f"{side}.1": block.summed(values),
                        f"{side}.2": block.summed(squares), f"{side}.3": block.dot(squares, values)})  # fmt: skip


def beside(sheet: Sheet, block: Block, pair: str, over: Floats, under: Floats, squares: Floats) -> None:
    """Powers of an upper side that is nothing where the lower one is nothing; `squares` of the lower one."""
    own = over * over
    sums = (block.summed(over), block.summed(own), block.dot(over, under), block.dot(own, over),
            block.dot(own, under), block.dot(over, squares))  # fmt: skip
    sheet.add(block, {f"{pair}.{name}": values for name, values in zip(BESIDE, sums, strict=True)})


def of_sides(over: dict[str, Floats], under: dict[str, Floats]) -> Moments:
    """From the powers of both."""
    y, yy, yx, yyy, yyx, yxx = (over[name] for name in BESIDE)
    n, x, xx, xxx = (under[name] for name in ALONE)
    return Moments(n, y, x, yy, yx, xx, yyy, yyx, yxx, xxx)


def of_marked(over: dict[str, Floats]) -> Moments:
    """Of an upper side alone, where the lower one is 1 wherever that is anything, and nothing elsewhere."""
    n, y, yy, yyy = (over[name] for name in ALONE)
    return Moments(n, y, n, yy, y, n, yyy, yy, y, n)
