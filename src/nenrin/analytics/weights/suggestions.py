"""Learned weights beside the expert's: how sure each is, and what they would have gained on later days.

Nothing here decides: weights are suggested where they were better on days after those they were learned from, with a
probability above .95, and then a person puts them into a draft.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import areas
from nenrin.analytics.backtests.areas import Gain
from nenrin.analytics.weights import fits
from nenrin.analytics.weights.fits import Fit, Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: How strongly weights may be held to the expert's; the one under which later folds are told best is taken.
PULLS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
FOLDS, DRAWS, SEED = 5, 100, 44
#: Accounts that must have left: in all, before the later days, and on them.
LEAST, LEAST_BEFORE, LEAST_AFTER = 30, 15, 10
#: The share of those who left that the first days hold.
EARLIER = 0.6
SURE = 0.95


@dataclass(frozen=True, slots=True)
class History:
    """Rows with their account and day (1970), and after how many days an outcome is known."""

    rows: Rows
    account: Ints
    day: Ints
    horizon: int

    def chosen(self, kept: Bits) -> History:
        return History(self.rows.chosen(kept), self.account[kept], self.day[kept], self.horizon)

    @property
    def accounts_left(self) -> int:
        return len(np.unique(self.account[self.rows.left]))


@dataclass(frozen=True, slots=True)
class Suggested:
    """One measure's share of 100: the expert's, the learned one with its 95 % interval, and half of each."""

    expert: float
    learned: float
    low: float
    high: float
    blended: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`learned_gain` and `blended_gain` are areas gained on the days from `tested_from` on, by weights from the days
    before; `is_better` which of the two is surely better there ("" for neither)."""

    measures: tuple[Suggested, ...]
    pull: float
    tested_from: int
    left_before: int
    left_after: int
    expert_area: float
    learned_gain: Gain
    blended_gain: Gain
    is_better: str


@dataclass(frozen=True, slots=True)
class Wanting:
    """Why there is no suggestion: how many more accounts must leave (0: nothing measured goes with staying)."""

    accounts: int


def suggest(history: History, expert: Floats) -> Suggestion | Wanting:
    """`expert` by measure, in the columns' order."""
    left = history.accounts_left
    if left < LEAST:
        return Wanting(LEAST - left)
    since = _later(history)
    before, after = history.chosen(history.day + history.horizon <= since), history.chosen(history.day >= since)
    short = max(LEAST_BEFORE - before.accounts_left, LEAST_AFTER - after.accounts_left)
    if short > 0:
        return Wanting(short)
    pull = chosen_pull(before, expert)
    learned, whole = fits.fit(before.rows, expert, pull=pull), fits.fit(history.rows, expert, pull=pull)
    if learned.weights is None or whole.weights is None:
        return Wanting(0)
    return _told(history, before, after, learned, whole, since)


def _told(history: History, before: History, after: History, learned: Fit, whole: Fit, since: int) -> Suggestion:
    expert = learned.expert
    found = _weights(learned)
    gains = [_gain(after, weights, expert) for weights in (found, (found + expert) / 2)]
    low, high = _intervals(history, whole)
    risk = -after.rows.points @ expert
    base = areas.area(risk, after.rows.left, after.account).value
    return Suggestion(
        tuple(
            Suggested(100 * w, 100 * b, 100 * a, 100 * z, 50 * (w + b))
            for w, b, a, z in zip(expert.tolist(), _weights(whole).tolist(), low.tolist(), high.tolist(), strict=True)
        ),
        whole.pull, since, before.accounts_left, after.accounts_left, base, gains[0], gains[1], _better(gains),
    )  # fmt: skip


def _better(gains: list[Gain]) -> str:
    """The one that gains more, of those that surely gain."""
    named = [(gain.value, name) for gain, name in zip(gains, ("learned", "blended"), strict=True) if gain.sure > SURE]
    return max(named)[1] if named else ""


def _gain(after: History, weights: Floats, expert: Floats) -> Gain:
    points = after.rows.points
    return areas.gain(-points @ weights, -points @ expert, after.rows.left, after.account)


def _weights(fit: Fit) -> Floats:
    found = fit.weights
    return fit.expert if found is None else found


def _later(history: History) -> int:
    """The day that parts the first `EARLIER` of the accounts that left from the rest."""
    account, day = history.account[history.rows.left], history.day[history.rows.left]
    last = [int(day[account == one].max()) for one in np.unique(account)]
    return int(np.quantile(last, EARLIER)) + 1


def chosen_pull(history: History, expert: Floats) -> float:
    """By five folds of accounts: the pull whose fits tell the folds they have not seen best (log-likelihood)."""
    accounts = np.unique(history.account)
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(accounts))[np.searchsorted(accounts, history.account)]
    scores = np.zeros(len(PULLS))
    for number in range(FOLDS):
        seen, unseen = history.rows.chosen(fold != number), history.rows.chosen(fold == number)
        if not len(unseen) or not seen.left.any():
            continue
        found: Fit | None = None
        for place, pull in enumerate(PULLS):
            found = fits.fit(seen, expert, pull=pull, start=found)
            odds = found.odds(unseen)
            scores[place] += float((unseen.left * odds - np.logaddexp(0, odds)).sum())
    return PULLS[int(np.argmax(scores))]


def _intervals(history: History, whole: Fit) -> tuple[Floats, Floats]:
    """By drawing accounts anew: 2.5 % and 97.5 % of each weight's share."""
    accounts, own = np.unique(history.account, return_inverse=True)
    rng, drawn = np.random.default_rng(SEED), []
    for _ in range(DRAWS):
        often = np.bincount(rng.integers(0, len(accounts), len(accounts)), minlength=len(accounts))[own]
        kept = often > 0
        if not history.rows.left[kept].any():
            continue
        rows = history.rows.chosen(kept)
        again = Rows(rows.points, rows.levels, rows.left, often[kept].astype(np.float64))
        drawn.append(_weights(fits.fit(again, whole.expert, pull=whole.pull, start=whole)))
    low, high = np.quantile(np.array(drawn), (0.025, 0.975), axis=0)
    return low, high
