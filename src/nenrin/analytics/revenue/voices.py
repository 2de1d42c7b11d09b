"""What customers say and reach, beside what they pay: survey answers, and the day of the first value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import NEVER, Whole

SURVEYS = ("nps", "csat", "ces")
NPS, CSAT, CES = range(3)
#: Days from the first payment within which onboarding is due: later it is behind.
ONBOARDING_DAYS = 31


@dataclass(frozen=True, slots=True)
class Voices:
    """Answers by (row of the book, ascending; day; survey; score). `reached`: the day of each account's first value, NEVER
    where it has not been seen; `recorded`: the first day of which usage is known, NEVER where no event stands for it."""

    row: Whole
    day: Whole
    survey: Whole
    score: Whole
    reached: Whole
    recorded: int


def nobody(accounts: int) -> Voices:
    """Nothing said, nothing reached."""
    none = np.zeros(0, dtype=np.int64)
    return Voices(none, none, none, none, np.full(accounts, NEVER, dtype=np.int64), NEVER)


def summed(voices: Voices, start: int, end: int) -> dict[str, tuple[Whole, Whole]]:
    """Of the answers of a period, by account: the accounts that gave any, and their numbers."""
    inside = (voices.day >= start) & (voices.day < end)
    row, survey, score = voices.row[inside], voices.survey[inside], voices.score[inside]
    nps, csat, ces = (survey == each for each in (NPS, CSAT, CES))
    told: dict[str, NDArray[np.generic]] = {
        "promoters": nps & (score >= 9), "detractors": nps & (score <= 6), "nps_answers": nps,
        "csat_good": csat & (score >= 4), "csat_answers": csat, "ces_sum": np.where(ces, score, 0), "ces_answers": ces,
    }  # fmt: skip
    at, first = np.unique(row, return_index=True)
    sums = {name: np.add.reduceat(values.astype(np.int64), first) if len(at) else at for name, values in told.items()}
    heard = np.maximum(sums["nps_answers"], 1)
    exact = 1000 * (sums["promoters"] - sums["detractors"]) / heard
    of_account = np.trunc(exact + np.copysign(0.5, exact)).astype(np.int64)
    sums |= {"accounts_heard": (sums["nps_answers"] > 0).astype(np.int64), "nps_of_accounts": of_account}
    return {name: (at, values) for name, values in sums.items()}


def onboarding(voices: Voices, first_paid: Whole, start: int, end: int) -> dict[str, tuple[Whole, Whole]]:
    """Accounts whose onboarding was due in a period, and whether the first value came in time. Who began before usage was
    recorded cannot be judged and is in neither."""
    if voices.recorded >= NEVER:
        none = np.zeros(0, dtype=np.int64)
        return {"onboarding_due": (none, none), "onboarding_done": (none, none)}
    due = first_paid + ONBOARDING_DAYS
    row = np.flatnonzero((due >= start) & (due < end) & (first_paid >= voices.recorded))
    done = (voices.reached[row] <= due[row]).astype(np.int64)
    return {"onboarding_due": (row, np.ones_like(row)), "onboarding_done": (row, done)}
