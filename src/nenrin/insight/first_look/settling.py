"""From rows to contracts: what an end means, which rows say the same or overlap, and what had to be assumed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.customers import terms
from nenrin.insight.first_look.reading import Line, Told, months_between

#: A term that ended is over ("leaves"), or it goes on until an end is told ("renews").
Ends = Literal["leaves", "renews"]
Mark = Literal["same", "overlap", "free", "ahead", "currency"]
TERM = 12
#: How far from the end of a term the paper of the next one may be dated.
PAPER = timedelta(days=31)
MARKS: tuple[Mark, ...] = ("same", "overlap", "free", "ahead", "currency")


@dataclass(frozen=True, slots=True)
class Marked:
    """Rows that somebody should look at, by the number that a spreadsheet shows."""

    mark: Mark
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """`names` by the number given to each customer. `terms_assumed`: contracts without a term of their own. `open`: rows
    that name neither an end nor a term, beside others that do; `overrun`: ends that count as renewed, although other rows
    of the file leave the end blank."""

    contracts: tuple[Contract, ...]
    names: Mapping[int, str]
    currency: str
    ends: Ends
    is_guess: bool
    marked: tuple[Marked, ...]
    terms_assumed: int
    open: int = 0
    overrun: int = 0

    def rows(self, mark: Mark) -> tuple[int, ...]:
        return next((each.rows for each in self.marked if each.mark == mark), ())


def guessed(fields: frozenset[str]) -> Ends:
    """Files with a last day and no day of leaving list terms: one that is over without a successor was the last."""
    is_term = "last_day" in fields and not fields & {"ended_on", "ends_on", "auto_renews"}
    return "leaves" if is_term else "renews"


def settle(told: Told, as_of: date, *, ends: Ends | None = None) -> Settled:
    """The contracts that count, in the currency that most rows have."""
    currency = _currency(told.lines)
    own = [line for line in told.lines if line.currency == currency]
    chosen = ends or guessed(told.fields)
    once = list(_once(own))
    followed = _followed(once)
    open_ = sum(_is_open(line) for line in followed)
    kept = [_left(line) for line in followed] if open_ and chosen == "leaves" else followed
    is_mixed = bool(open_) and guessed(told.fields) == "leaves"
    overrun = sum(_is_overrun(line, as_of) for line in kept) if is_mixed and chosen == "renews" else 0
    numbers = {key: place for place, key in enumerate(dict.fromkeys(line.account for line in kept), start=1)}
    names = {numbers[line.account]: line.name for line in kept}
    found = {
        "same": {line.number for line in own} - {line.number for line in once},
        "overlap": _overlapping(kept, chosen),
        "free": {line.number for line in kept if not line.minor},
        "ahead": {line.number for line in kept if line.starts_on > as_of},
        "currency": {line.number for line in told.lines if line.currency != currency},
    }
    marked = tuple(Marked(mark, tuple(sorted(found[mark]))) for mark in MARKS if found[mark])
    contracts = tuple(_contract(line, numbers[line.account], chosen) for line in kept)
    assumed = sum(line.term_months is None and line.ends_on is None for line in kept)
    some = open_ if open_ < len(kept) else 0
    return Settled(contracts, names, currency, chosen, ends is None, marked, assumed, some, overrun)


def _currency(lines: Sequence[Line]) -> str:
    counted = Counter(line.currency for line in lines)
    return counted.most_common(1)[0][0] if counted else "JPY"


def _once(lines: Sequence[Line]) -> Iterator[Line]:
    """Of rows with one key the last, as an import takes them; of rows without a key each different one."""
    last = {line.key: line.number for line in lines if line.key}
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        if line.key:
            if last[line.key] == line.number:
                yield line
            continue
        same = (line.account, line.starts_on, line.ends_on, line.ended_on, line.minor, line.product)
        if same not in seen:
            seen.add(same)
            yield line


def _followed(lines: Sequence[Line]) -> list[Line]:
    """Where a row's term is followed by the next one of the same customer and product, it ended there."""
    ended: dict[int, date] = {}
    for group in _groups(lines):
        for line, following in pairwise(group):
            if line.ends_on and not line.ended_on and following.starts_on >= line.ends_on - PAPER:
                is_near = following.starts_on <= line.ends_on + PAPER
                ended[line.number] = following.starts_on if is_near else line.ends_on
    return [replace(line, ended_on=ended[line.number]) if line.number in ended else line for line in lines]


def _is_open(line: Line) -> bool:
    """Nothing says when it ends: it still runs."""
    return not (line.ends_on or line.ended_on or line.term_months)


def _left(line: Line) -> Line:
    """Where other rows leave the end blank, one that is told is the day of leaving, not the end of a term."""
    if line.ended_on or not line.ends_on or line.term_months or line.auto_renews is not None:
        return line
    return replace(line, ended_on=line.ends_on, ends_on=None)


def _is_overrun(line: Line, as_of: date) -> bool:
    return bool(line.ends_on and line.ends_on <= as_of and not line.ended_on and line.auto_renews is None)


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Rows of one customer and product, by their start."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.account, line.product].append(line)
    return [sorted(group, key=lambda one: (one.starts_on, one.number)) for group in groups.values()]


def _overlapping(lines: Sequence[Line], ends: Ends) -> set[int]:
    """Rows of one customer and product that run at the same time and both cost something."""
    found: set[int] = set()
    for group in _groups([line for line in lines if line.minor]):
        until, before = date.min, 0
        for line in group:
            if line.starts_on < until:
                found |= {before, line.number}
            if (stop := _stop(line, ends)) > until:
                until, before = stop, line.number
    return found


def _stop(line: Line, ends: Ends) -> date:
    """The first day on which it no longer runs, as far as told."""
    if line.ended_on:
        return line.ended_on
    is_told = line.ends_on or (ends == "leaves" and line.term_months)
    return _term_end(line) if is_told else date.max


def _contract(line: Line, account: int, ends: Ends) -> Contract:
    is_over = not _is_open(line) and (line.auto_renews is False or (line.auto_renews is None and ends == "leaves"))
    return Contract(
        key=str(line.number), account=account, starts_on=line.starts_on, ends_on=_term_end(line),
        steps=(Step(line.starts_on, line.minor),), product=line.product, currency=line.currency, term_months=_term(line),
        auto_renews=not is_over, noticed_on=line.noticed_on, ended_on=line.ended_on,
    )  # fmt: skip


def _term(line: Line) -> int:
    """As told; else as long as from start to end; else a year."""
    told = line.term_months or months_between(line.starts_on, line.ends_on)
    return min(told, 120) if told and told > 0 else TERM


def _term_end(line: Line) -> date:
    return line.ends_on or terms.add_months(line.starts_on, _term(line))
