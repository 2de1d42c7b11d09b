"""From day to day: the smoothed score and its band. A day is a function of yesterday as stored and today's raw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import UNKNOWN, Codes
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.micro import Micro
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import CARRIED, MISSING, Layout, Raw, evaluate, lowered, overridden

NEW = -1


@dataclass(frozen=True, slots=True)
class State:
    """What tomorrow needs of a day: one row per account, columns of `layout`.

    `which` is the model (its place in the sequence of models, NEW where the account was never scored), `settled`
    whether coverage has ever sufficed, `band` and `since` the band before hard events and overrides, `shown` and
    `shown_since` what people saw. Days are counted from 1970.
    """

    layout: Layout
    accounts: NDArray[np.int64]
    which: NDArray[np.int64]
    settled: NDArray[np.bool_]
    got: Micro
    full: Micro
    band: Codes
    since: NDArray[np.int64]
    shown: Codes
    shown_since: NDArray[np.int64]

    def for_accounts(self, accounts: NDArray[np.int64]) -> State:
        """The rows of these accounts, in their order; an account that was never scored is NEW."""
        if not len(self.accounts):
            return start(self.layout, accounts)
        order = np.argsort(self.accounts, kind="stable")
        at = np.minimum(np.searchsorted(self.accounts, accounts, sorter=order), len(order) - 1)
        rows = order[at]
        there = self.accounts[rows] == accounts
        found = State(
            self.layout, accounts, self.which[rows], self.settled[rows], self.got[rows], self.full[rows],
            self.band[rows], self.since[rows], self.shown[rows], self.shown_since[rows],
        )  # fmt: skip
        return found if there.all() else replace(found, which=np.where(there, found.which, NEW))


@dataclass(frozen=True, slots=True)
class Day:
    """One closed (or running) day: `score` is the sum of `state.got`, `bars` and `override`, to the millionth."""

    day: int
    raw: Raw
    state: State
    bars: Micro
    override: Micro
    by_hand: NDArray[np.bool_]

    @property
    def score(self) -> Micro:
        return np.asarray(self.state.got.sum(axis=1) + self.bars.sum(axis=1) + self.override)


def start(layout: Layout, accounts: NDArray[np.int64]) -> State:
    """Nobody has been scored yet."""
    rows, wide = len(accounts), (len(accounts), len(layout.columns))
    none, zero = np.zeros(rows, np.int8), np.zeros(rows, np.int64)
    return State(
        layout, accounts, np.full(rows, NEW), np.zeros(rows, bool),
        np.zeros(wide, np.int64), np.zeros(wide, np.int64), none, zero, none, zero,
    )  # fmt: skip


def scan(
    models: Sequence[HealthModel], state: State, days: Iterable[tuple[int, NDArray[np.int64], Frame]]
) -> Iterator[Day]:
    """Carry a state through days of (day, model of each row, frame), oldest first.

    An account without a row on some day is forgotten: when it comes back it starts anew, unsmoothed.
    """
    for number, which, frame in days:
        day = step(models, state, number, evaluate(models, which, frame))
        state = day.state
        yield day


def step(models: Sequence[HealthModel], state: State, day: int, today: Raw) -> Day:
    """One day on. Smoothing is S = S' + alpha (raw - S'), column by column, so that contributions still add up.

    - the first day with enough coverage is not smoothed;
    - another model (or version) moves the score at once by what it changes in today's raw, and no more;
    - caps and hard events act on the smoothed score at once and let go at once.
    """
    before = _restated(models, state.for_accounts(today.frame.accounts), today)
    got, full = _smoothed(before, today)
    bars = lowered(got.sum(axis=1), today.limits)
    score = got.sum(axis=1) + bars.sum(axis=1)
    known = today.judged
    band = np.where(known, today.edges.next(before.band, day - before.since, score), UNKNOWN).astype(np.int8)
    shown, override, by_hand = _shown(today, band, score)
    was_new = before.which == NEW
    return Day(
        day, today,
        State(
            today.layout, today.frame.accounts, today.which, before.settled | known, got, full,
            band, np.where((band == before.band) & ~was_new, before.since, day),
            shown, np.where((shown == before.shown) & ~was_new, before.shown_since, day),
        ),
        bars, override, by_hand,
    )  # fmt: skip


def _smoothed(before: State, today: Raw) -> tuple[Micro, Micro]:
    alpha = np.where(before.settled & (before.which != NEW), today.alpha, 1.0)[:, None]
    got = before.got + np.rint(alpha * (today.got - before.got)).astype(np.int64)
    full = before.full + np.rint(alpha * (today.full - before.full)).astype(np.int64)
    carried, missing = today.layout.at(CARRIED), today.layout.at(MISSING)
    # Towards zero, so that what is carried over ends instead of lingering at a few millionths.
    for table, old in ((got, before.got), (full, before.full)):
        table[:, carried] = np.trunc((1 - alpha[:, 0]) * old[:, carried]).astype(np.int64)
    full[:, missing] += micro.FULL - full.sum(axis=1)
    return _within(got, carried), full


def _within(got: Micro, carried: int) -> Micro:
    """Keep the sum from 0 to 100 points; what sticks out goes into the carried bar."""
    total = got.sum(axis=1)
    got[:, carried] += np.clip(total, 0, micro.FULL) - total
    return got


def _restated(models: Sequence[HealthModel], before: State, today: Raw) -> State:
    """Yesterday as it would stand under today's model: moved by the difference of the two models on today's values."""
    if before.layout != today.layout:
        before = relaid(before, today.layout)
    moved = np.flatnonzero((before.which != today.which) & (before.which != NEW))
    new = before.which == NEW
    settled = before.settled & ~new
    got, full = before.got.copy(), before.full.copy()
    got[new] = full[new] = 0
    band = np.where(new, UNKNOWN, before.band).astype(np.int8)
    if len(moved):
        old = evaluate(models, before.which[moved], today.frame.take(moved))
        got[moved] += today.got[moved] - old.got
        full[moved] += today.full[moved] - old.full
        _carry(models, today, moved, got, full)
        _within(got, today.layout.at(CARRIED))
    return replace(before, settled=settled, got=got, full=full, band=band)


def _carry(models: Sequence[HealthModel], today: Raw, moved: NDArray[np.int64], got: Micro, full: Micro) -> None:
    """Fold what smoothing still holds of measures that are no longer in the model into one bar."""
    carried = today.layout.at(CARRIED)
    for number in np.unique(today.which[moved]):
        kept = {m.key for m in models[number].measures} | {MISSING, CARRIED}
        gone = [i for i, key in enumerate(today.layout.columns) if key not in kept]
        rows = moved[today.which[moved] == number]
        for table in (got, full):
            table[rows, carried] += table[np.ix_(rows, gone)].sum(axis=1)
            table[np.ix_(rows, gone)] = 0


def relaid(state: State, layout: Layout) -> State:
    """The same state in other columns; what the new columns have no place for goes to the carried one."""
    got, full = (np.zeros((len(state.accounts), len(layout.columns)), np.int64) for _ in range(2))
    carried = layout.at(CARRIED)
    for i, key in enumerate(state.layout.columns):
        to = layout.at(key) if key in layout.columns else carried
        got[:, to] += state.got[:, i]
        full[:, to] += state.full[:, i]
    return replace(state, layout=layout, got=got, full=full)


def _shown(today: Raw, band: Codes, score: Micro) -> tuple[Codes, Micro, NDArray[np.bool_]]:
    """What people see: hard events bound the band at once, an override replaces it.

    Returns bands, override bars, and where an override holds.
    """
    bound = (today.worst != UNKNOWN) & ((band == UNKNOWN) | (band > today.worst))
    seen = np.where(bound, today.worst, band)
    by_hand = overridden(today.frame, today.raised)
    scored = ~np.isnan(by_hand.score)
    target = np.where(scored, micro.whole(np.nan_to_num(by_hand.score)), score)
    seen = np.where(scored, today.edges.plain(target), seen)
    seen = np.where(by_hand.band >= 0, by_hand.band, seen)
    return seen.astype(np.int8), target - score, scored | (by_hand.band >= 0)
