"""From contracts to lives: how often each account could have left, and whether it did.

An account's life begins with its first contract and ends when no contract runs for more than `GAP_DAYS`; what comes
after such a gap is a return and no part of it. Occasions to leave are the ends of terms of its largest contract: every
month of a monthly one, every renewal day of an annual one, so that nobody counts as loyal who could not leave. Who
leaves in mid-term counts as leaving at the next end.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

GAP_DAYS = 31
#: A term that ended a few days aside of its day still ended on it.
ASIDE = timedelta(days=8)
NEVER = date.max


@dataclass(frozen=True, slots=True)
class Contract:
    """`ends_on` is the end of a known term, `stops_on` the day from which it no longer runs (NEVER: it renews)."""

    starts_on: date
    ends_on: date
    stops_on: date
    term_months: int
    mrr_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Life:
    """One account's: `passed` occasions (a loss counts its own), `possible` ones until the day of reading; MRR of
    what runs (of what ran last, if nothing does), in minor units. Nothing runs since `ended_on`; only after the gap
    it counts as lost then (`lost_on`). `next_on`: the next occasion after the day of reading."""

    account: int
    starts_on: date
    passed: int
    is_lost: bool
    possible: int
    term_months: int
    mrr_minor: int
    currency: str
    lost_on: date | None = None
    ended_on: date | None = None
    next_on: date | None = field(default=None, compare=False)

    @property
    def is_running(self) -> bool:
        return self.ended_on is None


def stop(ends_on: date, auto_renews: bool, term_months: int, noticed_on: date | None, ended_on: date | None) -> date:
    """When a contract stops: on its end; after a notice with the term in which that was given; without renewal with
    its term; else never.

    >>> stop(date(2026, 4, 1), True, 12, date(2026, 5, 2), None)
    datetime.date(2027, 4, 1)
    """
    if ended_on:
        return ended_on
    if not auto_renews:
        return ends_on
    if noticed_on is None:
        return NEVER
    return _add(ends_on, max(term_months, 1) * max(_terms(ends_on, noticed_on, max(term_months, 1)) + 1, 0))


def life(account: int, contracts: Iterable[Contract], as_of: date, gap_days: int = GAP_DAYS) -> Life | None:
    """The account's first life as of a day; None where it had not begun. `gap_days`: how long nothing may run in it."""
    begun = sorted((c for c in contracts if c.starts_on <= as_of < NEVER), key=lambda c: c.starts_on)
    first = _first_life(begun, gap_days)
    if not first:
        return None
    end = max(c.stops_on for c in first)
    is_lost = end <= as_of - timedelta(days=gap_days)
    # Ended, and the paper of a renewal may still come: known only up to before that end.
    seen = as_of if is_lost or end > as_of else end - ASIDE
    last = [c for c in first if c.stops_on > as_of] or [c for c in first if c.stops_on == end]
    main = max(last, key=lambda c: (c.mrr_minor, c.term_months))
    found = _told(account, first[0].starts_on, main, last, end if is_lost else None, seen)
    return replace(found, ended_on=end) if end <= as_of else found


def months(one: Life, as_of: date) -> int:
    """Whole months that a life was seen until a day; of a lost one those until its loss, at least one.

    >>> begun = Life(1, date(2025, 4, 1), 1, True, 1, 12, 100, "JPY", date(2026, 3, 31), date(2026, 3, 31))
    >>> months(begun, date(2026, 11, 24)), months(replace(begun, is_lost=False, lost_on=None), date(2026, 11, 24))
    (12, 11)
    """
    if one.lost_on is not None:
        return max(_terms(one.starts_on, one.lost_on + ASIDE, 1), 1)
    seen = as_of if one.ended_on is None else min(as_of, one.ended_on - ASIDE)
    return max(_terms(one.starts_on, seen, 1), 0)


def occasions(one: Life, until: date) -> list[date]:
    """The ends of terms ahead, up to and with a day; none of a life whose next one is not known.

    >>> next_on = date(2026, 12, 31)
    >>> ahead = Life(1, date(2025, 4, 1), 1, False, 1, 1, 100, "JPY", next_on=next_on)
    >>> [str(day) for day in occasions(ahead, date(2027, 2, 28))]
    ['2026-12-31', '2027-01-31', '2027-02-28']
    """
    found: list[date] = []
    while one.next_on and (day := _add(one.next_on, one.term_months * len(found))) <= until:
        found.append(day)
    return found


def payments_before(ends_on: date, since: date, day: date, term: int) -> int:
    """How many payments at ends of terms lie after `since` and before a later day.

    >>> [payments_before(date(2026, 4, 1), date(2026, 1, 5), day, 12) for day in (date(2026, 4, 1), date(2027, 1, 1))]
    [0, 1]
    """
    return max(_terms(ends_on, day - ASIDE, term) - _terms(ends_on, since, term), 0)


def _first_life(begun: Sequence[Contract], gap_days: int) -> list[Contract]:
    found: list[Contract] = []
    end = date.min
    for contract in begun:
        if found and contract.starts_on - timedelta(days=gap_days) > end:
            break
        found.append(contract)
        end = max(end, contract.stops_on)
    return found


def _told(
    account: int, starts_on: date, main: Contract, last: Sequence[Contract], lost_on: date | None, seen: date
) -> Life:
    term = max(main.term_months, 1)
    before = _terms(main.ends_on, starts_on, term)
    possible = _terms(main.ends_on, seen, term) - before
    passed = possible if lost_on is None else _lost_at(main.ends_on, lost_on, term) - before
    passed = max(passed, 0 if lost_on is None else 1)
    mrr = sum(c.mrr_minor for c in last if c.currency == main.currency)
    following = _add(main.ends_on, term * (possible + before + 1))
    return Life(
        account, starts_on, passed, lost_on is not None, max(possible, passed), term, mrr, main.currency, lost_on,
        next_on=following,
    )  # fmt: skip


def _lost_at(anchor: date, lost_on: date, term: int) -> int:
    """The end at which it left: the one within a few days of it, else the next."""
    after = _terms(anchor, lost_on + ASIDE, term)
    return after if after > _terms(anchor, lost_on - ASIDE, term) else after + 1


def _terms(anchor: date, day: date, term: int) -> int:
    """The greatest n with anchor + n terms <= day; negative before the anchor.

    >>> [_terms(date(2026, 1, 31), day, 1) for day in (date(2026, 2, 27), date(2026, 2, 28), date(2025, 12, 31))]
    [0, 1, -1]
    """
    months = 12 * (day.year - anchor.year) + day.month - anchor.month
    short = day.day < min(anchor.day, calendar.monthrange(day.year, day.month)[1])
    return (months - short) // term


def _add(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
