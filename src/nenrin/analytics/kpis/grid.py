"""Days at which measures are evaluated, and what is known on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise


class EmptyGrid(ValueError):
    """A grid needs at least one day: give the days in ascending order, each once."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The days of an evaluation, ascending, and the knowledge it rests on.

    `known` None: each day is seen as it was known at its own end. `known` a date: every day is seen with
    what was known at the end of that date.

    >>> Grid.daily(date(2026, 2, 27), date(2026, 3, 1)).days[-1]
    datetime.date(2026, 3, 1)
    >>> Grid.on(date(2026, 3, 1)).is_one_day
    True
    """

    days: tuple[date, ...]
    known: date | None = None

    def __post_init__(self) -> None:
        if not self.days or any(later <= earlier for earlier, later in pairwise(self.days)):
            raise EmptyGrid(EmptyGrid.__doc__)

    @classmethod
    def on(cls, day: date, known: date | None = None) -> Grid:
        return cls((day,), known)

    @classmethod
    def daily(cls, first: date, last: date, known: date | None = None) -> Grid:
        """Every day from `first` to `last`, both included."""
        return cls(tuple(first + timedelta(n) for n in range((last - first).days + 1)), known)

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def is_one_day(self) -> bool:
        return len(self.days) == 1

    @property
    def fixed_knowledge(self) -> date | None:
        """The one date of knowledge that serves the whole grid; a single day knows what its own end knew."""
        return self.first if self.known is None and self.is_one_day else self.known
