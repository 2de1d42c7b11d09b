"""How many days before its notice an account stood out, when every rule may disturb the same share of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: How far before a notice an alarm counts; rows of accounts that do not leave for as long are the undisturbed.
LOOK_BACK = 180
#: Share of the undisturbed rows on which a rule may raise an alarm.
FALSE_ALARMS = 0.10
#: Days without an alarm after which it was taken back: one that was raised and taken back led to nothing.
LAPSE = 14
_WIDE = 2**21
DRAWS, SEED = 1000, 180


@dataclass(frozen=True, slots=True)
class Lead:
    """Days: median and quartiles over accounts that left (0: no alarm), the median's 95 % interval; `warned` is the
    share with any alarm, `false_alarms` the share of undisturbed rows that had one."""

    median: float
    quarter: float
    three_quarters: float
    low: float
    high: float
    warned: float
    false_alarms: float
    accounts: int


def lead(days: Floats, false_alarms: float) -> Lead:
    """Of the days of each account that left; at least one."""
    drawn = _medians(days)
    quarter, three = (float(np.quantile(days, q)) for q in (0.25, 0.75))
    low, high = (float(np.quantile(drawn, q)) for q in (0.025, 0.975))
    warned = float((days > 0).mean())
    return Lead(float(np.median(days)), quarter, three, low, high, warned, false_alarms, len(days))


def earlier(days: Floats, other: Floats) -> tuple[float, float, float]:
    """How many days earlier at the median, with the 95 % interval over the same accounts (bootstrap)."""
    difference = _medians(days) - _medians(other)
    low, high = np.quantile(difference, (0.025, 0.975))
    return float(np.median(days) - np.median(other)), float(low), float(high)


def alarms(panel: Panel, ahead: Ahead, scores: Floats) -> tuple[Bits, float] | None:
    """Rows below the score that the stated share of undisturbed rows lies below, and the share that has an alarm; None
    where there is no such row."""
    undisturbed = quiet(panel, ahead)
    if not undisturbed.any():
        return None
    alarm = scores < np.quantile(scores[undisturbed], FALSE_ALARMS)
    return alarm, float(alarm[undisturbed].mean())


def quiet(panel: Panel, ahead: Ahead) -> Bits:
    """Rows of accounts that did not decide to leave for `LOOK_BACK` days."""
    return panel.judged & ahead.is_standing & (ahead.known_for >= LOOK_BACK) & (ahead.leaves_in > LOOK_BACK)


def warnings(panel: Panel, ahead: Ahead, alarm: Bits) -> Floats:
    """For every decision that was watched, the days from the alarm that led up to it; 0 where none did."""
    near = panel.judged & ahead.is_standing & (ahead.leaves_in <= LOOK_BACK)
    leaves_in = ahead.leaves_in[near]
    decision = panel.account[near] * _WIDE + (panel.day[near] + leaves_in).astype(np.int64)
    order = np.lexsort((leaves_in, decision))
    _, starts = np.unique(decision[order], return_index=True)
    each = zip(np.split(leaves_in[order], starts[1:]), np.split(alarm[near][order], starts[1:]), strict=True)
    return np.array([_led(days[raised]) for days, raised in each if len(days)], dtype=np.float64)


def _led(raised: Floats) -> float:
    """The days before a decision on which an alarm stood, ascending: the earliest that is linked to it without a lapse."""
    lapses = np.flatnonzero(np.diff(raised, prepend=0.0) > LAPSE)
    linked = int(lapses[0]) if len(lapses) else len(raised)
    return float(raised[linked - 1]) if linked else 0.0


def _medians(days: Floats) -> Floats:
    """Of re-drawn accounts; the same accounts in every call with as many."""
    rows = np.random.default_rng(SEED).integers(0, len(days), (DRAWS, len(days)))
    return np.asarray(np.median(days[rows], axis=1))
