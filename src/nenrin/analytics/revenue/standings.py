"""What most accounts have a part in, in periods that follow one another: the columns of columns.standing by group, with the
products that intervals are made of. Block by block, all periods of a block at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nenrin.analytics.intervals import Moments
from nenrin.analytics.revenue import powers
from nenrin.analytics.revenue.blocks import Block, Floats, Sheet, blocks
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.powers import ALONE, BESIDE
from nenrin.analytics.revenue.spans import Lines, Span, rows, windows

Pair = tuple[str, str]
#: What a period knows of its days (spans.Span).
SIDES = ("before", "after", "base")
#: Upper sides that are anything only where the lower one, a mark, is 1.
MARKED = {("end", "accounts_end"): "after", ("won_mrr", "won_paying"): "won"}
YEARLY = frozenset(
    ("kept", "kept_capped", "stayed_base", "accounts_kept", "product_base", "product_kept", "product_capped")
)
#: What twelve months add up to.
MONTHLY = frozenset(("months_paid", "months_lost"))
WINNING = frozenset(("accounts_won", "won_mrr", "won_paying"))


def marks(rates: Floats) -> Floats:
    """1 where anything is paid: rates are whole numbers, none below nothing."""
    out: Floats = np.minimum(rates, 1.0)
    return out


class Part(NamedTuple):
    """Sums of some accounts: of days, [days, groups], and of periods, [periods, groups]."""

    days: Sheet
    sheet: Sheet


class Sides(NamedTuple):
    """Of a block, [periods, places]: what it pays at the end of each period and twelve months before (`base2`: squared), and
    1 where it pays then (`pays`, `paid`)."""

    after: Floats
    base: Floats
    base2: Floats
    pays: Floats
    paid: Floats


class Standings:
    """Sums and moments by period and group, [periods, groups], of the columns that are wanted."""

    def __init__(self, span: Span, groups: Groups, wanted: frozenset[str]) -> None:
        self.span, self.groups = span, groups
        self.wants_year, self.wants_won = not wanted or bool(wanted & YEARLY), not wanted or bool(wanted & WINNING)
        self.wants_months = not wanted or bool(wanted & MONTHLY)
        self.wants_products = not wanted or any(name.startswith("product_") for name in wanted)
        size = (len(span.asked), groups.count)
        # Accounts with one product; those with several; the latter by product.
        self.one, self.several = (Part(Sheet(len(span.days), groups.count), Sheet(*size)) for _ in range(2))
        self.by_product = Sheet(*size)
        self._add_up()

    def _add_up(self) -> None:
        places = np.arange(len(self.groups.row))
        if not self.wants_products:
            self._add_all(places, self.one)
            return
        of_several = self.span.reading.product_lines[0]
        has_several = np.zeros(len(places), dtype=bool)
        has_several[of_several] = True
        self._add_all(np.flatnonzero(~has_several), self.one)
        self._add_all(of_several, self.several)
        self._add_products(of_several)

    def _add_all(self, places: Whole, part: Part) -> None:
        lines = self.span.lines(places)
        for block in blocks(self.groups, places):
            self._add(block, lines.rates(block.begin, block.end), part)

    def _add_products(self, places: Whole) -> None:
        """What every product line pays twelve months before the end of each period, and at it."""
        _, of, line = self.span.reading.product_lines
        sides = self.span.since - 1, self.span.ends[1:]
        days = sorted({day for side in sides for day in side.tolist()})
        lines, at = Lines(line.steps(days), len(days)), [np.searchsorted(days, side) for side in sides]
        for block in blocks(self.groups, places):
            low, high = np.searchsorted(of, (block.begin, block.end))
            rates = np.maximum(lines.rates(int(low), int(high)), 0)
            was, now = (rows(rates, side) for side in at)
            starts = np.searchsorted(of[low:high], np.arange(block.begin, block.end))
            self._add_product(block, starts, was, now)

    def _inside(self, block: Block) -> Floats | None:
        inside = self.groups.inside
        return None if inside is None else inside[:, block.at].astype(np.float64)

    def _add(self, block: Block, rates: Floats, part: Part) -> None:
        span, inside = self.span, self._inside(block)
        if inside is None:
            pays, squares = marks(rates), rates * rates
            powers.alone(part.days, block, "rate", rates, pays, squares)
            after, base, base2, pays, paid = (rows(table, at) for table, at in (
                (rates, span.after), (rates, span.base), (squares, span.base), (pays, span.after), (pays, span.base)))  # fmt: skip
            sides = Sides(after, base, base2, pays, paid)
        else:
            sides = self._moving(block, rates, inside, part.sheet)
        if self.wants_year:
            self._add_year(block, sides, part.sheet)
        if self.wants_won:
            self._add_won(block, sides, inside, part.sheet)
        if self.wants_months:
            self._add_months(block, rates, inside, part.sheet)

    def _moving(self, block: Block, rates: Floats, inside: Floats, sheet: Sheet) -> Sides:
        """Of accounts that are in their group for some periods alone."""
        told = {}
        for side in SIDES:
            own = rates[getattr(self.span, side)] * inside
            told[side] = own, marks(own), own * own
            powers.alone(sheet, block, side, *told[side])
        committed = rates[-1] * inside
        sheet.add(block, {"committed": block.summed(committed), "accounts_any": block.summed(inside)})
        base, after = told["base"], told["after"]
        return Sides(after[0], base[0], base[2], after[1], base[1])

    def _add_year(self, block: Block, sides: Sides, sheet: Sheet) -> None:
        powers.beside(sheet, block, "kept", sides.after * sides.paid, sides.base, sides.base2)
        powers.beside(sheet, block, "kept_capped", np.minimum(sides.after, sides.base), sides.base, sides.base2)
        sheet.add(block, {"stayed_base": block.dot(sides.base, sides.pays),
                          "accounts_kept": block.dot(sides.paid, sides.pays)})  # fmt: skip

    def _add_won(self, block: Block, sides: Sides, inside: Floats | None, sheet: Sheet) -> None:
        first, many = (values[block.at] for values in self.span.won)
        won = (np.arange(len(self.span.asked), dtype=np.uint16)[:, None] - first < many).astype(np.float64)
        won = won if inside is None else won * inside
        mrr = won * sides.after
        powers.alone(sheet, block, "won", mrr, won * sides.pays, mrr * mrr)
        sheet.add(block, {"accounts_won": block.summed(won)})

    def _add_months(self, block: Block, rates: Floats, inside: Floats | None, sheet: Sheet) -> None:
        """Of each period's last twelve months: what began them, and what of it was gone at their end."""
        links = self.span.links
        under = rows(rates, links.opens)
        lost = under * (1 - marks(rows(rates, links.closes)))
        sides = [windows(side, links.of_period) for side in (under, lost)]
        paid, gone = sides if inside is None else (side * inside for side in sides)
        squares = paid * paid
        powers.alone(sheet, block, "months", paid, marks(paid), squares)
        powers.beside(sheet, block, "gone", gone, paid, squares)

    def _add_product(self, block: Block, starts: Whole, was: Floats, now: Floats) -> None:
        """Of accounts with several products, whose lines begin at `starts`."""
        base, kept, capped = (
            np.add.reduceat(side, starts, axis=1) for side in (was, now * marks(was), np.minimum(was, now))
        )
        inside = self._inside(block)
        if inside is not None:
            base, kept, capped = base * inside, kept * inside, capped * inside
        squares = base * base
        powers.alone(self.by_product, block, "base", base, marks(base), squares)
        powers.beside(self.by_product, block, "kept", kept, base, squares)
        powers.beside(self.by_product, block, "kept_capped", capped, base, squares)

    # -- what came out -----------------------------------------------------------------------------------------------

    def sums(self) -> dict[str, Whole]:
        """The columns."""
        before, after, base = (self._of(side, ALONE) for side in SIDES)
        told = {"begin": before["1"], "opening": before["1"], "end": after["1"], "fx": np.zeros_like(before["1"]),
                "accounts_begin": before["n"], "accounts_end": after["n"], "base": base["1"], "accounts_base": base["n"],
                **self._present()}  # fmt: skip
        if self.wants_year:
            told |= {name: self._of(name, ("y",))["y"] for name in ("kept", "kept_capped")}
            told |= {name: self._both(name) for name in ("stayed_base", "accounts_kept")}
        if self.wants_won:
            won = self._of("won", ("1", "n"))
            told |= {"accounts_won": self._both("accounts_won"), "won_mrr": won["1"], "won_paying": won["n"]}
        if self.wants_months:
            told |= {"months_paid": self._of("months", ("1",))["1"], "months_lost": self._of("gone", ("y",))["y"]}
        if self.wants_products:
            told |= {f"product_{name}": self._by_product(of, (power,))[power]
                     for name, of, power in (("base", "base", "1"), ("kept", "kept", "y"), ("capped", "kept_capped", "y"))}  # fmt: skip
        return {name: values.astype(np.int64) for name, values in told.items()}

    def moments(self, pair: Pair) -> Moments | None:
        """Of two of the columns; None where they are not told here."""
        over, under = pair
        if pair in MARKED:
            return powers.of_marked(self._of(MARKED[pair], ALONE))
        if under == "base" and over in ("kept", "kept_capped"):
            return powers.of_sides(self._of(over, BESIDE), self.under(under))
        if pair == ("months_lost", "months_paid"):
            return powers.of_sides(self._of("gone", BESIDE), self._of("months", ALONE))
        if under == "product_base":
            kind = {"product_kept": "kept", "product_capped": "kept_capped"}[over]
            return powers.of_sides(self._by_product(kind, BESIDE), self._by_product("base", ALONE))
        return None

    def under(self, column: str) -> dict[str, Floats]:
        """Powers of a lower side."""
        if column == "accounts_begin":
            return dict.fromkeys(ALONE, self._of("before", ("n",))["n"])
        return self._of({"opening": "before", "begin": "before"}.get(column, column), ALONE)

    def _of(self, side: str, names: Sequence[str]) -> dict[str, Floats]:
        return {name: self._told(side, name, self.one) + self._told(side, name, self.several) for name in names}

    def _told(self, side: str, name: str, part: Part) -> Floats:
        if self.groups.inside is None and side in SIDES:
            out: Floats = part.days[f"rate.{name}"][getattr(self.span, side)]
            return out
        return part.sheet[f"{side}.{name}"]

    def _both(self, name: str) -> Floats:
        return self.one.sheet[name] + self.several.sheet[name]

    def _by_product(self, side: str, names: Sequence[str]) -> dict[str, Floats]:
        """Of accounts with one product their own, of the others by product."""
        return {name: self._told(side, name, self.one) + self.by_product[f"{side}.{name}"] for name in names}

    def _present(self) -> dict[str, Floats]:
        """What is signed, and who is in a group."""
        if self.groups.inside is not None:
            return {name: self._both(name) for name in ("committed", "accounts_any")}
        periods, last = len(self.span.asked), len(self.span.days) - 1
        signed = self.one.days["rate.1"][last] + self.several.days["rate.1"][last]
        everyone = np.bincount(self.groups.group, minlength=self.groups.count).astype(np.float64)
        return {"committed": np.tile(signed, (periods, 1)), "accounts_any": np.tile(everyone, (periods, 1))}
