"""What customers say and reach, beside what they pay: survey answers, and the day of the first value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.rows import added

SURVEYS = ("nps", "csat", "ces")
NPS, CSAT, CES = range(3)
#: Days within which a second NPS answer of the same respondent does not count.
APART_DAYS = 90


@dataclass(frozen=True, slots=True)
class Asked:
    """NPS surveys sent, by (row of the book, ascending; day of sending), and whether an answer has come (1 or 0)."""

    row: Whole
    day: Whole
    answered: Whole


@dataclass(frozen=True, slots=True)
class Tickets:
    """Inquiries by (row of the book, ascending; day of opening; day of resolution, NEVER where it is open)."""

    row: Whole
    opened: Whole
    resolved: Whole


@dataclass(frozen=True, slots=True)
class Voices:
    """Answers by (row of the book, ascending; day; survey; score; counts: 0 where the same respondent answered shortly
    before). `asked`: the surveys that were sent; `tickets`: the inquiries."""

    row: Whole
    day: Whole
    survey: Whole
    score: Whole
    counts: Whole
    asked: Asked
    tickets: Tickets


def nobody() -> Voices:
    """Nothing said."""
    none = np.zeros(0, dtype=np.int64)
    return Voices(none, none, none, none, none, Asked(none, none, none), Tickets(none, none, none))


def once(who: Whole, day: Whole, score: Whole) -> Whole:
    """1 for each answer that counts, 0 for one within APART_DAYS after one that counts of the same respondent (who; below
    zero: unknown, counts always). The first counts, so that what comes later changes no past figure; of one day the lower.

    >>> once(np.array([7, 7, 7, -1, -1]), np.array([0, 89, 90, 0, 0]), np.full(5, 9)).tolist()
    [1, 0, 1, 1, 1]
    """
    counts = np.ones(len(who), dtype=np.int64)
    order = np.lexsort((score, day, who))
    near = (np.diff(who[order]) == 0) & (np.diff(day[order]) < APART_DAYS) & (who[order][1:] >= 0)
    for one in np.unique(who[order][1:][near]):
        last = -APART_DAYS
        for at in order[np.searchsorted(who[order], one) : np.searchsorted(who[order], one, side="right")]:
            counts[at] = day[at] - last >= APART_DAYS
            last = day[at] if counts[at] else last
    return counts


def summed(voices: Voices, start: int, end: int) -> dict[str, tuple[Whole, Whole]]:
    """Of the answers of a period, by account: the accounts that gave any, and their numbers."""
    inside = (voices.day >= start) & (voices.day < end)
    row, survey, score = voices.row[inside], voices.survey[inside], voices.score[inside]
    said, csat, ces = (survey == each for each in (NPS, CSAT, CES))
    nps = said & (voices.counts[inside] > 0)
    told: dict[str, NDArray[np.generic]] = {
        "promoters": nps & (score >= 9), "detractors": nps & (score <= 6), "nps_answers": nps, "nps_said": said,
        "csat_good": csat & (score >= 4), "csat_answers": csat, "ces_sum": np.where(ces, score, 0), "ces_answers": ces,
    }  # fmt: skip
    at, first = np.unique(row, return_index=True)
    sums = {name: np.add.reduceat(values.astype(np.int64), first) if len(at) else at for name, values in told.items()}
    heard = np.maximum(sums["nps_answers"], 1)
    exact = 1000 * (sums["promoters"] - sums["detractors"]) / heard
    of_account = np.trunc(exact + np.copysign(0.5, exact)).astype(np.int64)
    sums |= {"accounts_heard": (sums.pop("nps_said") > 0).astype(np.int64), "nps_of_accounts": of_account,
             "accounts_counted": (sums["nps_answers"] > 0).astype(np.int64)}  # fmt: skip
    return {name: (at, values) for name, values in sums.items()}


def replied(asked: Asked, start: int, end: int) -> dict[str, tuple[Whole, Whole]]:
    """NPS surveys sent in a period by account, and those of them that have been answered."""
    inside = (asked.day >= start) & (asked.day < end)
    at, first, sent = np.unique(asked.row[inside], return_index=True, return_counts=True)
    came = np.add.reduceat(asked.answered[inside], first) if len(at) else at
    return {"nps_asked": (at, sent.astype(np.int64)), "nps_responded": (at, came)}


def inquired(tickets: Tickets, start: int, end: int) -> dict[str, tuple[Whole, Whole]]:
    """Tickets opened and resolved in a period by account, with the days that the resolved ones took; and every one told of
    up to its end."""
    opened, resolved = tickets.opened, tickets.resolved
    chosen = {
        "tickets_opened": ((opened >= start) & (opened < end), None),
        "tickets_resolved": ((resolved >= start) & (resolved < end), None),
        "tickets_days": ((resolved >= start) & (resolved < end), resolved - opened),
        "tickets_told": (opened < end, None),
    }
    return {name: added(tickets.row[mask], None if of is None else of[mask]) for name, (mask, of) in chosen.items()}
