"""From lives to rows that can be counted: how many months each customer was seen, and in which group it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from nenrin.analytics.forecasts.lifetimes import lives
from nenrin.ingest import lakes
from nenrin.insight.lifetimes import groups
from nenrin.insight.lifetimes.books import Book

By = Literal["all", "tier", "plan", "term", "source", "region", "industry", "first_value", "segment"]
WAYS: tuple[By, ...] = get_args(By)
#: First value is asked for within so many months; who left before that is in neither group.
LANDMARK = 3
FIRST_VALUES = """
select account, min(day) as day from usage where use = 'first_value' and account is not null group by account
"""
RECORDED = "select min(day) from usage"


@dataclass(frozen=True, slots=True)
class Stay:
    """`months` were seen; `is_lost` says that it left then. `group` is a key: a tier's, a plan's, a term in months."""

    account: int
    months: int
    is_lost: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Grouped:
    """`left_out` customers are in no group: their answer cannot be known. Time counts from month `since` on."""

    stays: tuple[Stay, ...]
    left_out: int = 0
    since: int = 0


def stays(book: Book) -> tuple[Stay, ...]:
    """One row a customer of the book, in no group yet."""
    return tuple(Stay(one.account, lives.months(one, book.as_of), one.is_lost) for one in book.lives)


def grouped(book: Book, by: By, segment: int | None = None) -> Grouped:
    """By what was signed first (plan, term), by what the account is today, by a segment of today, or by whether the
    first value was reached within three months."""
    if by == "first_value":
        return _by_first_value(book)
    keys = groups.keys(book, by, segment)
    return Grouped(tuple(replace(one, group=keys.get(one.account, "")) for one in stays(book)))


def _by_first_value(book: Book) -> Grouped:
    """Who left within the first months had no time to reach it: to count them as "not reached" would make reaching it
    look like a cure. So time begins when the months are over, for those who were still there."""
    recorded, reached = first_values(book.as_of)
    begun = {one.account: one.starts_on for one in book.lives}
    found = []
    for stay in stays(book):
        on = begun[stay.account]
        if recorded is None or on < recorded or stay.months < LANDMARK or (stay.is_lost and stay.months == LANDMARK):
            continue
        day = reached.get(stay.account)
        in_time = day is not None and _months_between(on, day) < LANDMARK
        found.append(replace(stay, months=stay.months - LANDMARK, group=groups.INSIDE if in_time else groups.OUTSIDE))
    return Grouped(tuple(found), len(book.lives) - len(found), LANDMARK)


def _months_between(start: date, day: date) -> int:
    return 12 * (day.year - start.year) + day.month - start.month - (day.day < start.day)


def first_values(as_of: date) -> tuple[date | None, dict[int, date]]:
    """The first day of which any usage is known, and by account when it reached the first value, as known then."""
    with lakes.current().session(known=as_of) as db:
        [(recorded,)] = db.sql(RECORDED).fetchall()
        found = dict(db.sql(FIRST_VALUES).fetchall())
    return recorded, found
