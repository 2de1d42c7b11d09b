"""Cadence: how often a person should be in touch by an account's touch model, and whether anybody was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

#: met; unmet: no contact of any kind in time; unspoken: mails went out, nobody talked; free: no cadence is promised.
State = Literal["met", "unmet", "unspoken", "free"]
#: Times the cadence without a talk, though mails go out, from which somebody should talk.
TALK_AFTER = 2


@dataclass(frozen=True, slots=True)
class Cadence:
    """`days`: since the last contact that counts (for unspoken: the last talk), or since the account began."""

    state: State
    days: int
    every_days: int


def judged(
    *, every_days: int | None, talked_on: date | None, written_on: date | None, since: date, on: date
) -> Cadence:
    """How an account stands on a day. `since`: the day from which contact could be expected at all.

    A touch model of a month or less promises talk: there, mails alone meet the cadence only once.

    >>> day = date(2026, 11, 24)
    >>> judged(every_days=30, talked_on=None, written_on=date(2026, 11, 20), since=date(2026, 1, 1), on=day).state
    'unspoken'
    >>> judged(every_days=90, talked_on=None, written_on=date(2026, 11, 20), since=date(2026, 1, 1), on=day).state
    'met'
    """
    if not every_days:
        return Cadence("free", 0, 0)
    touched = max(filter(None, (talked_on, written_on)), default=since)
    quiet, silent = (on - touched).days, (on - (talked_on or since)).days
    if quiet > every_days:
        return Cadence("unmet", quiet, every_days)
    if every_days <= 31 and silent > TALK_AFTER * every_days:
        return Cadence("unspoken", silent, every_days)
    return Cadence("met", quiet, every_days)
