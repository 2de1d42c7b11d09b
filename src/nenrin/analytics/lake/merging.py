"""Which rollup files are joined, and when: few files at any moment, each row rewritten few times.

What a roll adds is one small file, often of a month or more. When there are many of those they become one for each
month; when a month has many files of a size, they become one of the next size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from nenrin.analytics.lake.shelf import Piece

#: Files over several months from which they are split by month, and files of a size in a month that become one.
MANY_SPREAD, MANY_ALIKE = 16, 8
_SMALLEST = 4096  # rows: below, all files are of one size


@dataclass(frozen=True, slots=True)
class Join:
    """Files to be joined: their rows of `days` (half-open; None: all of them) become one file."""

    pieces: tuple[Piece, ...]
    days: tuple[date, date] | None = None


def due(pieces: Iterable[Piece]) -> Iterator[list[Join]]:
    """Joins that take the place of their files, one list for each set of files."""
    months: dict[date, list[Piece]] = {}
    spread = []
    for piece in pieces:
        if month(piece.first) == month(piece.last):
            months.setdefault(month(piece.first), []).append(piece)
        else:
            spread.append(piece)
    if len(spread) > MANY_SPREAD:
        yield [Join(tuple(spread), days) for days in _months(spread)]
    for _, found in sorted(months.items()):
        alike = _alike(found)
        if alike:
            yield [Join(tuple(alike))]


def _alike(pieces: Sequence[Piece]) -> list[Piece]:
    """The files of the smallest size of which there are many, with all smaller ones; empty where there is none."""
    for size in sorted({_size(piece) for piece in pieces}):
        if sum(_size(piece) == size for piece in pieces) >= MANY_ALIKE:
            return [piece for piece in pieces if _size(piece) <= size]
    return []


def _size(piece: Piece) -> int:
    """0 for the smallest files, one more for every eightfold."""
    return max(0, 1 + int(log(piece.rows / _SMALLEST, MANY_ALIKE))) if piece.rows > _SMALLEST else 0


def month(day: date) -> date:
    return day.replace(day=1)


def following(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _months(pieces: Sequence[Piece]) -> Iterator[tuple[date, date]]:
    """The months that the files touch, half-open."""
    at, last = month(min(piece.first for piece in pieces)), max(piece.last for piece in pieces)
    while at <= last:
        yield at, following(at)
        at = following(at)
