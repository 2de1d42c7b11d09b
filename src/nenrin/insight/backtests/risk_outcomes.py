"""What lies ahead of rows of a risk model: the event that it tells, on the day on which it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import outcomes
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.revenue.decisions import Spell
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.ingest import lakes
from nenrin.insight.revenue import books, leavers
from nenrin.insight.risk import outcomes as months
from nenrin.insight.risk import tables
from nenrin.insight.risk.outcomes import Decided

_WIDE = 2**21
#: Wider than any panel: a month before its first day is looked at too.
_BEFORE = 31


def ahead(event: str, account: Whole, day: Whole, as_of: date) -> Ahead:
    """As known at the end of `as_of`: an account stands until it decides to leave or is given up."""
    spells = leavers.spells(lakes.current(), as_of)
    if event == "churn":
        return outcomes.ahead(account, day, spells)
    over = outcomes.ahead(account, day, [_over(one, as_of) for one in spells])
    if event == "involuntary":
        willing = outcomes.ahead(account, day, spells)
        unpaid = np.where(np.isfinite(willing.leaves_in), np.inf, over.leaves_in)
        return replace(over, leaves_in=unpaid)
    decided = months.decided(books.ledger(as_of))
    first = date(1970, 1, 1) + timedelta(int(day.min()) - _BEFORE)
    return _until(over, account, day, changes(decided, event, first, as_of))


def _over(spell: Spell, as_of: date) -> Spell:
    """A stretch that payments ended has ended too."""
    return replace(spell, decided=spell.until, until=number(as_of)) if spell.is_involuntary else spell


def _until(over: Ahead, account: Whole, day: Whole, found: tuple[Whole, Whole]) -> Ahead:
    """The next of these changes while the account stands; who left meanwhile has not changed, and that is known."""
    keys = np.sort(found[0] * _WIDE + found[1])
    at = np.searchsorted(keys, account * _WIDE + day, side="right")
    following = keys[np.minimum(at, max(len(keys) - 1, 0))] if len(keys) else np.zeros(len(day), dtype=np.int64)
    own = (at < len(keys)) & (following // _WIDE == account)
    days = np.where(own, (following % _WIDE - day).astype(np.float64), np.inf)
    return replace(over, leaves_in=np.where(days <= np.minimum(over.leaves_in, over.known_for), days, np.inf))


def changes(decided: Decided, event: str, first: date, as_of: date) -> tuple[Whole, Whole]:
    """(account, day) of every month's growth or contraction: the first day of it on which the rate moved that way."""
    after = as_of + timedelta(1)
    begins = [day for day in months.grid(first, as_of) if day < after]
    standing = decided.standing(begins, [*begins[1:], after])
    rows = standing.taken(standing.outcome == tables.EVENTS[event])
    line, accounts = decided.ledger.book.line, decided.ledger.book.accounts
    moved = line.level > line.before if event == "expansion" else line.level < line.before
    keys = np.sort(accounts[line.row[moved]] * _WIDE + line.day[moved])
    return rows.account, _first(keys, rows.account, rows.begins, rows.ends)


def _first(keys: Whole, account: Whole, begins: Whole, ends: Whole) -> Whole:
    """The first key of each account between two days; the begin where there is none."""
    at = np.searchsorted(keys, account * _WIDE + begins)
    found = keys[np.minimum(at, max(len(keys) - 1, 0))] if len(keys) else np.zeros(len(account), dtype=np.int64)
    inside: NDArray[np.bool_] = (at < len(keys)) & (found < account * _WIDE + ends)
    result: Whole = np.where(inside, found % _WIDE, begins)
    return result
