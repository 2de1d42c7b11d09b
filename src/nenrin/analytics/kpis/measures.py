"""What a measure is: an expression over components, each of them a step function of the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nenrin.values import Text

Direction = Literal["higher", "lower", "neutral"]
Empty = Literal["zero", "missing"]
Unit = Literal["per_week", "share", "ratio", "days", "count", "per_user", "points", "grade", "minor"]


@dataclass(frozen=True, slots=True)
class Relation:
    """An intermediate table that several components read; `sql` is one SELECT over the lake's views."""

    name: str
    sql: str
    reads: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class OnOneDay:
    """What a component comes to on the day `:first` alone, found without looking along the days.

    `sql` is one SELECT with the account (none for what counts for everyone) and the component's values, one row
    an account; it answers as the component itself does on a grid of that one day.
    """

    sql: str
    reads: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One SELECT of contributions: account, opens, closes, and one integer column for each of `values`.

    The value of an account on a day is the sum over the rows with opens <= day < closes, and 0 without any.
    `everyone`: the SELECT has no account column and counts for every account alike (the calendar does).
    `reach_days`: how many days of usage before the first day of a grid it needs.
    `day`: a shorter way for a single day, where there is one.
    """

    key: str
    values: tuple[str, ...]
    sql: str
    reads: tuple[Relation, ...] = ()
    everyone: bool = False
    reach_days: int = 0
    day: OnOneDay | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of an account on a day, declared once.

    - `sql`: an expression over the values of `components`, `as_of` (date) and `day_number` (its days since
      1970-01-01). NULL means missing.
    - `known_when`: the condition under which anything is known at all; missing wherever it does not hold.
    - `empty`: what silence means while something is known: "zero" counts it, "missing" leaves a gap.
    - `window_days`: days looked back (0: a state of the day). `ttl_days`: days after which the source, or
      the value itself, no longer counts (None: never).
    - `age`: an expression for the days since the newest fact behind the value ("" where that means nothing).
    """

    key: str
    name: Text
    description: Text
    unit: Unit
    direction: Direction
    window_days: int
    empty: Empty
    ttl_days: int | None
    source: Text
    sql: str
    components: tuple[Component, ...]
    known_when: str = ""
    age: str = ""
    owner: str = "customer success"
    group: str = field(default="adoption")

    @property
    def expression(self) -> str:
        """The whole SQL expression, missing where nothing is known."""
        return _guarded(self.sql, self.known_when)

    @property
    def age_expression(self) -> str:
        return _guarded(self.age, self.known_when)


def _guarded(sql: str, condition: str) -> str:
    return f"CASE WHEN {condition} THEN {sql} END" if condition else sql
