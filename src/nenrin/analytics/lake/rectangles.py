"""Bitemporal painting: what statements made on different days, about different days, come to.

Both axes are days. A *statement* becomes known on `known` and says something of every day from `valid` onward; one
that is known later paints over earlier ones from its own `valid` on. A *rectangle* is a stretch of days, known over a
stretch of days, on which one value holds. Intervals are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nenrin.analytics.lake.days import EVER, FOREVER


@dataclass(frozen=True, slots=True)
class Statement:
    """From the day `valid`, the value is `value` (None: nothing any more); known from the day `known`."""

    known: date
    valid: date
    value: str | None


@dataclass(frozen=True, slots=True)
class Rectangle:
    """`value` holds for days in [valid_from, valid_to) as known on days in [known_from, known_to)."""

    valid_from: date
    valid_to: date
    known_from: date
    known_to: date
    value: str


def painted(statements: Sequence[Statement]) -> list[Rectangle]:
    """Rectangles of statements about one thing, given in the order in which they became known.

    >>> day = date(2026, 1, 1)
    >>> [r.value for r in painted([Statement(day, EVER, "a"), Statement(day, EVER, "b")])]
    ['b']
    """
    found: list[Rectangle] = []
    for place, statement in enumerate(statements):
        if statement.value is not None:
            found.extend(_visible(statement, statement.value, statements[place + 1 :]))
    return found


def only(memberships: Mapping[str, Sequence[Statement]]) -> list[Rectangle]:
    """Where exactly one of several groups holds, it is the value; the earliest one reaches back before its beginning.

    `memberships` has the statements of each group, whose values are the group or None (left).
    """
    rows = [(group, rectangle) for group, said in memberships.items() for rectangle in painted(said)]
    known_days = sorted({day for _, r in rows for day in (r.known_from, r.known_to)} - {FOREVER})
    slices = [_alone([(group, r) for group, r in rows if r.known_from <= known < r.known_to]) for known in known_days]
    return list(_merged(known_days, slices))


def _visible(statement: Statement, value: str, later: Iterable[Statement]) -> Iterator[Rectangle]:
    """What of one statement's region is left by the statements that came after it: a staircase."""
    valid_to, known_from = FOREVER, statement.known
    for other in later:
        if other.valid >= valid_to:
            continue
        if other.known > known_from:
            yield Rectangle(statement.valid, valid_to, known_from, other.known, value)
            known_from = other.known
        valid_to = other.valid
        if valid_to <= statement.valid:
            return
    yield Rectangle(statement.valid, valid_to, known_from, FOREVER, value)


def _alone(held: list[tuple[str, Rectangle]]) -> list[tuple[date, date, str]]:
    """Stretches of days on which exactly one group holds, as known on one day."""
    if not held:
        return []
    first = min(r.valid_from for _, r in held)
    spans = [(EVER if r.valid_from == first else r.valid_from, r.valid_to, group) for group, r in held]
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    found: list[tuple[date, date, str]] = []
    for start, end in pairwise(edges):
        groups = {group for opens, closes, group in spans if opens <= start < closes}
        if len(groups) == 1:
            found.append((start, end, groups.pop()))
    return _joined(found)


def _joined(spans: list[tuple[date, date, str]]) -> list[tuple[date, date, str]]:
    """Neighbouring stretches with the same value made one."""
    found: list[tuple[date, date, str]] = []
    for start, end, group in spans:
        if found and found[-1][1] == start and found[-1][2] == group:
            found[-1] = (found[-1][0], end, group)
        else:
            found.append((start, end, group))
    return found


def _merged(known_days: list[date], slices: list[list[tuple[date, date, str]]]) -> Iterator[Rectangle]:
    """Rectangles from the stretches of each known day: the same stretch on consecutive known days is one."""
    standing: dict[tuple[date, date, str], date] = {}
    for known, spans in zip([*known_days, FOREVER], [*slices, []], strict=True):
        for span in [span for span in standing if span not in spans]:
            yield Rectangle(span[0], span[1], standing.pop(span), known, span[2])
        for span in spans:
            standing.setdefault(span, known)


def followed(merges: Mapping[int, Sequence[tuple[date, int | None]]]) -> Iterator[tuple[int, int, date, date]]:
    """(account, survivor, known_from, known_to) for every account that was ever absorbed, over all known days.

    `merges` has for each absorbed account its statements in known order: the survivor, or None after an undo. Chains
    are followed; one that returns to itself ends where it would close.
    """
    for account in merges:
        days = _chain_days(account, merges)
        starts = [EVER, *sorted(days - {EVER})]
        ends = [*starts[1:], FOREVER]
        stretches = [(start, end, str(_end(account, start, merges))) for start, end in zip(starts, ends, strict=True)]
        for start, end, survivor in _joined(stretches):
            yield account, int(survivor), start, end


def _chain_days(account: int, merges: Mapping[int, Sequence[tuple[date, int | None]]]) -> set[date]:
    """Every day on which the end of the chain from this account may change."""
    reached, waiting, days = set(), [account], set()
    while waiting:
        link = waiting.pop()
        if link in reached:
            continue
        reached.add(link)
        for known, survivor in merges.get(link, ()):
            days.add(known)
            if survivor is not None:
                waiting.append(survivor)
    return days


def _end(account: int, known: date, merges: Mapping[int, Sequence[tuple[date, int | None]]]) -> int:
    passed = {account}
    while (after := _last(merges.get(account, ()), known)) is not None and after not in passed:
        passed.add(after)
        account = after
    return account


def _last(statements: Sequence[tuple[date, int | None]], known: date) -> int | None:
    found = None
    for day, survivor in statements:
        if day > known:
            break
        found = survivor
    return found
