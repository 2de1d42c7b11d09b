"""What became of each account: when it decided to leave, and up to which day that is known.

A spell is a stretch with a running contract; what begins more than `lives.GAP_DAYS` after it is another one. The day
of the decision is the notice; for a contract that ends by itself its last deadline, or its end where it has none.
Nobody decides an involuntary end (a payment that failed): such a spell is watched up to then and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes.lives import ASIDE, GAP_DAYS, NEVER, stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
EPOCH = date(1970, 1, 1)
#: Wider than any day's number: an account and a day make one sortable number.
_WIDE = 2**21


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract: `stops_on` is the day from which it no longer runs (NEVER: it renews), `decided_on` when that was
    settled; `is_noticed` where somebody said so."""

    starts_on: date
    stops_on: date
    decided_on: date
    is_noticed: bool
    is_involuntary: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """Days are counted from 1970. `decided` is None where nobody decided to leave; `until`: what happened is known
    up to and with this day; `until_all`: the day up to which all spells are."""

    account: int
    starts: int
    decided: int | None
    until: int
    is_involuntary: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """Of rows (account, day): whether the account stands there undecided, in how many days it decides to leave
    (inf: it does not), and for how many days ahead that is known."""

    is_standing: Bits
    leaves_in: Floats
    known_for: Floats


def signed(
    starts_on: date, ends_on: date, *, auto_renews: bool, term_months: int, noticed_on: date | None,
    ended_on: date | None, deadline: date | None = None, is_involuntary: bool = False,
) -> Signed:  # fmt: skip
    """
    >>> signed(date(2025, 4, 1), date(2026, 4, 1), auto_renews=True, term_months=12, noticed_on=date(2026, 2, 9),
    ...     ended_on=None).decided_on
    datetime.date(2026, 2, 9)
    """
    stops = stop(ends_on, auto_renews, term_months, noticed_on, ended_on)
    by_itself = deadline if deadline and not auto_renews else stops
    decided = min(noticed_on or by_itself, stops)
    return Signed(starts_on, stops, decided, noticed_on is not None, is_involuntary)


def spells(contracts: Mapping[int, Sequence[Signed]], as_of: date) -> list[Spell]:
    """Of every account, as known at the end of `as_of`."""
    return [_spell(account, one, as_of) for account, own in contracts.items() for one in _stretches(own, as_of)]


def _stretches(contracts: Iterable[Signed], as_of: date) -> list[list[Signed]]:
    found: list[list[Signed]] = []
    end = date.min
    for contract in sorted((c for c in contracts if c.starts_on <= as_of), key=lambda c: c.starts_on):
        if found and contract.starts_on - timedelta(GAP_DAYS) <= end:
            found[-1].append(contract)
            end = max(end, contract.stops_on)
        else:
            found.append([contract])
            end = contract.stops_on
    return found


def _spell(account: int, contracts: Sequence[Signed], as_of: date) -> Spell:
    starts = number(min(c.starts_on for c in contracts))
    last = max(contracts, key=lambda c: (c.stops_on, c.decided_on))
    decided = max(c.decided_on for c in contracts)
    if last.stops_on == NEVER or decided > as_of or (last.stops_on > as_of and not last.is_noticed):
        return Spell(account, starts, None, number(as_of))
    if last.is_involuntary:
        return Spell(account, starts, None, number(decided), is_involuntary=True)
    if not last.is_noticed and as_of < last.stops_on + timedelta(GAP_DAYS):
        # The paper of a renewal may still come: known only up to before that end.
        return Spell(account, starts, None, number(min(decided, last.stops_on - ASIDE)))
    return Spell(account, starts, number(decided), number(as_of))


def ahead(account: Ints, day: Ints, found: Iterable[Spell]) -> Ahead:
    """What lies ahead of each row."""
    known = sorted(found, key=lambda one: (one.account, one.starts))
    if not known:
        none = np.zeros(len(account), dtype=bool)
        return Ahead(none, np.full(len(account), np.inf), np.full(len(account), -np.inf))
    keys = np.array([one.account * _WIDE + one.starts for one in known])
    at = np.maximum(np.searchsorted(keys, account * _WIDE + day, side="right") - 1, 0)
    own = np.array([one.account for one in known])[at] == account
    began = np.array([one.starts for one in known])[at] <= day
    decided = np.array([np.inf if one.decided is None else float(one.decided) for one in known])[at]
    until = np.array([float(one.until) for one in known])[at]
    standing = own & began & (day < decided) & (day <= until)
    return Ahead(standing, np.where(standing, decided - day, np.inf), np.where(standing, until - day, -np.inf))


def number(day: date) -> int:
    return (day - EPOCH).days
