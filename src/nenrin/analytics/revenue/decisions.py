"""When each customer decided to leave, and up to which day that is known: the one definition for every model and card.

A spell is a stretch with a paid contract; lapses of up to `gap_days` are none, what begins later is another spell. The
decision is the notice; without one the last day of service. An account decides with the last contract that it lets go.
Nobody decides an involuntary end (a payment that failed): such a spell is watched up to its last day and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.forecasts.lifetimes.lives import ASIDE, NEVER, stop
from nenrin.analytics.revenue.paths import number

DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Signed:
    """A paid contract: `stops_on` is the day from which it no longer runs (NEVER: it renews), `decided_on` when that was
    settled; `is_noticed` where somebody said so."""

    starts_on: date
    stops_on: date
    decided_on: date
    is_noticed: bool
    is_involuntary: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """Days are counted from 1970. `decided` is None where nobody decided to leave; `until`: what happened is known
    up to and with this day. `ends`: the first day without service, where that is settled."""

    account: int
    starts: int
    decided: int | None
    until: int
    is_involuntary: bool = False
    ends: int | None = None


def signed(
    starts_on: date, ends_on: date, *, auto_renews: bool, term_months: int, noticed_on: date | None,
    ended_on: date | None, is_involuntary: bool = False, given_up_on: date | None = None,
) -> Signed:  # fmt: skip
    """`given_up_on`: the day from which an unpaid contract is counted no more; nobody decided that.

    >>> told = signed(date(2025, 4, 1), date(2026, 4, 1), auto_renews=True, term_months=12,
    ...     noticed_on=date(2026, 2, 9), ended_on=None)
    >>> told.decided_on, told.stops_on
    (datetime.date(2026, 2, 9), datetime.date(2026, 4, 1))
    """
    stops = stop(ends_on, auto_renews, term_months, noticed_on, ended_on)
    if given_up_on is not None and given_up_on < stops:
        stops, is_involuntary = given_up_on, True
    is_noticed = noticed_on is not None and not is_involuntary
    return _until(Signed(starts_on, NEVER, noticed_on if is_noticed and noticed_on else NEVER, is_noticed,
                         is_involuntary), stops)  # fmt: skip


def paid(contract: Signed, steps: Sequence[tuple[date, int]]) -> list[Signed]:
    """The parts of a contract for which something is paid; the price of the first step holds from the start. One
    without steps is paid.

    >>> told = signed(date(2025, 4, 1), date(2026, 4, 1), auto_renews=False, term_months=12, noticed_on=None, ended_on=None)
    >>> [(one.starts_on.month, one.stops_on.month) for one in paid(told, [(date(2025, 4, 1), 0), (date(2025, 6, 1), 9)])]
    [(6, 4)]
    """
    ordered = sorted(steps) or [(contract.starts_on, 1)]
    found: list[Signed] = []
    for place, (on, minor) in enumerate(ordered):
        begins = contract.starts_on if place == 0 else max(on, contract.starts_on)
        ends = ordered[place + 1][0] if place + 1 < len(ordered) else NEVER
        if minor <= 0 or ends <= contract.starts_on:
            continue
        begins = found.pop().starts_on if found and found[-1].stops_on == begins else begins
        found.append(_until(_from(contract, begins), min(ends, contract.stops_on)))
    return [one for one in found if one.starts_on < one.stops_on]


def spells(contracts: Mapping[int, Sequence[Signed]], as_of: date, *, gap_days: int) -> list[Spell]:
    """Of every account, as known at the end of `as_of`."""
    gap = timedelta(gap_days)
    return [
        _spell(account, one, as_of, gap) for account, own in contracts.items() for one in _stretches(own, as_of, gap)
    ]


def _from(contract: Signed, begins: date) -> Signed:
    return Signed(begins, contract.stops_on, contract.decided_on, contract.is_noticed, contract.is_involuntary)


def _until(contract: Signed, stops: date) -> Signed:
    """The same up to a day: what nobody decided before is decided with the last day of service."""
    last = NEVER if stops == NEVER else stops - DAY
    decided = min(contract.decided_on, last) if contract.is_noticed else last
    return Signed(contract.starts_on, stops, decided, contract.is_noticed, contract.is_involuntary)


def _stretches(contracts: Iterable[Signed], as_of: date, gap: timedelta) -> list[list[Signed]]:
    found: list[list[Signed]] = []
    end = date.min
    begun = (one for one in contracts if one.starts_on <= as_of and one.starts_on < one.stops_on)
    for contract in sorted(begun, key=lambda one: one.starts_on):
        if found and contract.starts_on - gap <= end:
            found[-1].append(contract)
            end = max(end, contract.stops_on)
        else:
            found.append([contract])
            end = contract.stops_on
    return found


def _spell(account: int, contracts: Sequence[Signed], as_of: date, gap: timedelta) -> Spell:
    starts = number(min(one.starts_on for one in contracts))
    last = max(contracts, key=lambda one: (one.stops_on, one.decided_on))
    decided = max(one.decided_on for one in contracts)
    if last.stops_on == NEVER or decided > as_of or (last.stops_on > as_of and not last.is_noticed):
        return Spell(account, starts, None, number(as_of))
    ends = number(last.stops_on)
    if last.is_involuntary:
        return Spell(account, starts, None, number(decided), is_involuntary=True, ends=ends)
    if not last.is_noticed and as_of < last.stops_on + gap:
        # The paper of a renewal may still come: known only up to before that end.
        return Spell(account, starts, None, number(min(decided, last.stops_on - ASIDE)), ends=ends)
    return Spell(account, starts, number(decided), number(as_of), ends=ends)
