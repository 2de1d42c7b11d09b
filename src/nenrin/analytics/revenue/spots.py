"""What only some accounts have a part in, in periods that follow one another: the columns of columns.flowing, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import columns
from nenrin.analytics.revenue.columns import Ends, Few
from nenrin.analytics.revenue.movements import (
    CAUSES,
    CHURN,
    CONTRACTION,
    EXPANSION,
    KINDS,
    NEW,
    PRODUCT,
    REACTIVATION,
    UPSELL,
    cause_between,
    cause_of,
    split,
)
from nenrin.analytics.revenue.paths import Whole, binned, placed
from nenrin.analytics.revenue.readings import Moved, ascending
from nenrin.analytics.revenue.rows import runs
from nenrin.analytics.revenue.sides import of_states, together
from nenrin.analytics.revenue.spans import Span

Mask = NDArray[np.bool_]


class Spots(NamedTuple):
    """Values by account and by place of the period, sorted by (period, row)."""

    row: Whole
    period: Whole
    values: NDArray[np.generic]


class Movers(NamedTuple):
    """Accounts whose rate at the end of a period is not what it was before, sorted by (row, period)."""

    row: Whole
    period: Whole
    was: Whole
    now: Whole


def told(span: Span, is_wanted: Callable[[str], bool]) -> dict[str, Spots]:
    """The columns, and `opening` of those who moved; those of answers, inquiries and dealings only where any of them is
    wanted."""
    moved = _movers(span)
    kind = _kinds(span, moved)
    bought, crossed = _gains(span, moved, kind)
    against, order = _against(span, moved), ascending(moved.period)
    row, period, was, now = (values[order] for values in moved)
    kind, delta = kind[order], now - was
    amounts = [np.where(kind == which, delta, 0) for which in range(len(KINDS))]
    found = columns.of_moved(
        amounts, (kind == NEW).astype(np.int64), was > 0, now <= 0, against[order], bought[order], crossed[order],
        span.reading.book.dealings.source[row],
    )  # fmt: skip
    out = {name: Spots(row, period, values) for name, values in {**found, "opening": was}.items()}
    out |= _newcomers(span) | _due(span)
    for kind_of, is_silent in ((columns.said, _is_silent(span)), (columns.dealt, _is_idle(span))):
        out |= _by_period(span, kind_of, is_silent, is_wanted)
    return out


def _movers(span: Span) -> Movers:
    steps = span.steps
    at = np.flatnonzero((steps.column > 0) & (steps.was != steps.now))
    return Movers(steps.row[at], steps.column[at] - 1, steps.was[at], steps.now[at])


def _kinds(span: Span, moved: Movers) -> Whole:
    """The kind of each move."""
    kind = np.where(moved.now > moved.was, EXPANSION, CONTRACTION)
    kind[(moved.was > 0) & (moved.now <= 0)] = CHURN
    comes = np.flatnonzero((moved.was <= 0) & (moved.now > 0))
    begins = span.ends[moved.period[comes]] + 1
    kind[comes] = np.where(span.reading.first[moved.row[comes]] >= begins, NEW, REACTIVATION)
    return kind


def _key(span: Span, row: Whole, period: Whole) -> Whole:
    return row * len(span.asked) + period


def _is_in(ascending_keys: Whole, keys: Whole) -> Mask:
    """Which of the keys are among ascending ones."""
    if not len(ascending_keys):
        return np.zeros(len(keys), dtype=bool)
    place = np.searchsorted(ascending_keys, keys)
    place[place == len(ascending_keys)] = 0
    found: Mask = ascending_keys[place] == keys
    return found


def _once(ascending_keys: Whole) -> Whole:
    first = np.ones(len(ascending_keys), dtype=bool)
    first[1:] = ascending_keys[1:] != ascending_keys[:-1]
    return ascending_keys[first]


def _gains(span: Span, moved: Movers, kind: Whole) -> tuple[Whole, Whole]:
    """What expansions are made of: what was bought, and what of that in products."""
    bought, crossed = (np.zeros(len(kind), dtype=np.int64) for _ in range(2))
    grew = np.flatnonzero(kind == EXPANSION)
    key = _key(span, moved.row[grew], moved.period[grew])
    drivers = np.zeros(len(grew) * len(CAUSES), dtype=np.int64)
    for part in _growth(span) if len(grew) else ():
        own_key = _key(span, part.row, part.period)
        place = np.searchsorted(key, own_key)
        place[place == len(key)] = 0
        own = key[place] == own_key
        at = place[own] * len(CAUSES) + part.cause(np.flatnonzero(own))
        drivers += binned(at, part.more[own], len(drivers))
    gain = split(moved.now[grew] - moved.was[grew], drivers.reshape(-1, len(CAUSES)))
    bought[grew], crossed[grew] = gain[:, UPSELL].sum(axis=1), gain[:, PRODUCT]
    return bought, crossed


class Growth(NamedTuple):
    """Products that bring more at the end of a period: of which account, by how much, and why (of some of them)."""

    row: Whole
    period: Whole
    more: Whole
    cause: Callable[[Whole], Whole]


def _growth(span: Span) -> Iterator[Growth]:
    """Line by line, and of products in several currencies together."""
    reading, (lines, period) = span.reading, _lines(span)
    joint = together(reading, lines, period, span.ends[1:])
    if joint is not None:
        lines, period = Moved(*(values[~joint.own] for values in lines)), period[~joint.own]
    minor = reading.state_minor
    more = of_states(minor, lines.now) - of_states(minor, lines.was)
    at = np.flatnonzero(more > 0)
    was, now = lines.was[at], lines.now[at]
    yield Growth(
        reading.book.states.of[lines.line[at]],
        period[at],
        more[at],
        lambda which: cause_of(reading, was[which], now[which]),
    )
    if joint is not None:
        more = joint.now.minor - joint.was.minor
        at, cause = np.flatnonzero(more > 0), cause_between(joint.was, joint.now)
        yield Growth(joint.row[at], joint.period[at], more[at], lambda which: cause[at][which])


def _lines(span: Span) -> tuple[Moved, Whole]:
    """What Reading.moved says of each period, and the period."""
    states = span.reading.book.states
    column, line = placed(span.ends, states.day), states.line
    last = np.ones(len(line), dtype=bool)
    last[:-1] = (line[1:] != line[:-1]) | (column[1:] != column[:-1])
    at = np.flatnonzero(last)
    line, column = line[at], column[at]
    was = np.full(len(at), -1, dtype=np.int64)
    same = np.flatnonzero(line[1:] == line[:-1])
    was[same + 1] = at[same]
    inside = np.flatnonzero((column > 0) & (column < len(span.ends)))
    found, period = Moved(line[inside], was[inside], at[inside]), column[inside] - 1
    row, of, last_day = _lapsed(span)
    if not len(row):
        return found, period
    others = ~_is_in(_key(span, row, of), _key(span, states.of[found.line], period))
    lines, which = runs(states.of, row)
    sides = [span.reading.states_at(lines, days[which]) for days in last_day]
    merged = Moved(*(np.concatenate((old[others], more)) for old, more in zip(found, (lines, *sides), strict=True)))
    return merged, np.concatenate((period[others], of[which]))


def _lapsed(span: Span) -> tuple[Whole, Whole, tuple[Whole, Whole]]:
    """Accounts in a lapse that counts as none at an end of a period: row and period, and the days as of which their lines
    stand at both ends of it."""
    row, since, until = span.reading.book.lapses
    first, after = (np.searchsorted(span.ends, day, side="left") for day in (since, until))
    many = after - first
    which = np.repeat(np.arange(len(row)), many)
    end = first[which] + np.arange(len(which)) - np.repeat(many.cumsum() - many, many)
    count = len(span.asked)
    opens, closes = end < count, end > 0
    keys = np.concatenate((row[which[opens]] * count + end[opens], row[which[closes]] * count + end[closes] - 1))
    key = _once(np.sort(keys))
    of_row, period = np.divmod(key, count)
    sides = span.ends[period], span.ends[period + 1]
    for side, inside, shift in zip(sides, (opens, closes), (0, 1), strict=True):
        place = np.searchsorted(key, row[which[inside]] * count + end[inside] - shift)
        side[place] = since[which[inside]] - 1
    return of_row, period, sides


def _against(span: Span, moved: Movers) -> Mask:
    """Who churned in a period in which a contract ended without the customer's decision."""
    row, day = span.reading.unwilling
    column = placed(span.ends, day)
    inside = (column > 0) & (column < len(span.ends))
    ended = np.sort(_key(span, row[inside], column[inside] - 1))
    out = (moved.was > 0) & (moved.now <= 0)
    gone = np.flatnonzero(out)
    out[gone] = _is_in(ended, _key(span, moved.row[gone], moved.period[gone]))
    return out


def _newcomers(span: Span) -> dict[str, Spots]:
    """Who began to pay within a period, and who of them stopped again."""
    line, steps, count = span.reading.line, span.steps, len(span.ends)
    column, before = placed(span.ends, line.day), line.before
    inside = (column > 0) & (column < count)
    comes, falls = (
        _once(line.row[which] * count + column[which])
        for which in (inside & (before <= 0) & (line.level > 0), inside & (before > 0) & (line.level <= 0))
    )
    place = np.searchsorted(steps.row * count + steps.column, comes)
    place = place[steps.was[place] <= 0]
    row, period = steps.row[place], steps.column[place] - 1
    left = _is_in(falls, row * count + period + 1) & (steps.now[place] <= 0)
    order = ascending(period)
    spot = row[order], period[order]
    return {"newcomers": Spots(*spot, np.ones(len(row), np.int64)), "newcomers_left": Spots(*spot, left[order])}


def _due(span: Span) -> dict[str, Spots]:
    """Contracts of longer terms that came due in each period."""
    dues, accounts = span.reading.book.dues, max(span.reading.line.count, 1)
    column = placed(span.ends, dues.due)
    at = np.flatnonzero((column > 0) & (column < len(span.ends)))
    key, which = np.unique((column[at] - 1) * accounts + dues.row[at], return_inverse=True)
    before, kept = dues.before[at], dues.kept[at]
    period, row = np.divmod(key, accounts)
    of_due = {"due": np.ones_like(at), "due_renewed": (kept > 0).astype(np.int64), "due_mrr": before,
              "due_kept": np.minimum(kept, before)}  # fmt: skip
    return {name: Spots(row, period, binned(which, values, len(key))) for name, values in of_due.items()}


def _is_silent(span: Span) -> bool:
    voices = span.reading.book.voices
    return not len(voices.row) + len(voices.asked.row) + len(voices.tickets.row)


def _is_idle(span: Span) -> bool:
    of, tickets = span.reading.book.dealings, span.reading.book.voices.tickets
    return not sum(len(table[0]) for table in (of.projects, of.touches, of.notices, of.users, of.losses)) + len(
        tickets.row
    )


def _by_period(
    span: Span, told_of: Callable[..., Mapping[str, Few]], is_nothing: bool, is_wanted: Callable[[str], bool]
) -> dict[str, Spots]:  # fmt: skip
    """The columns of one period after another; of nothing, and of what nobody wants, those of the first alone."""
    found: dict[str, list[tuple[Few, int]]] = {}
    for n in range(len(span.asked)):
        for name, few in told_of(span.reading, _ends(span, n, is_nothing)).items():
            found.setdefault(name, []).append((few, n))
        if is_nothing or not any(is_wanted(name) for name in found):
            break
    return {name: _in_a_row(each) for name, each in found.items()}


def _ends(span: Span, n: int, is_nothing: bool) -> Ends:
    if is_nothing:
        none = np.zeros(span.reading.line.count, dtype=np.int64)
        return Ends(span.asked[n], none, none)
    return Ends(span.asked[n], *(span.table[at[n]].astype(np.int64) for at in (span.before, span.after)))


def _in_a_row(found: list[tuple[Few, int]]) -> Spots:
    rows, values = (np.concatenate([few[side] for few, _ in found]) for side in (0, 1))
    return Spots(rows, np.repeat([n for _, n in found], [len(few.row) for few, _ in found]), values)
