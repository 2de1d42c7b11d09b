"""How many days before its notice an account stood out, when every rule may disturb the same share of the others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: How far before a notice an alarm counts; accounts that do not leave for as long are the undisturbed.
LOOK_BACK = 180
#: Share of the undisturbed rows on which a rule may raise an alarm.
FALSE_ALARMS = 0.10
DRAWS, SEED = 1000, 180


@dataclass(frozen=True, slots=True)
class Lead:
    """Days: median and quartiles over accounts that left (0: no alarm stood), the median's 95 % interval; `warned` is
    the share with any alarm, `false_alarms` the share of undisturbed rows that were disturbed."""

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


def alarms(panel: Panel, ahead: Ahead, scores: Floats) -> Bits:
    """Rows below the score that the stated share of undisturbed rows lies below."""
    undisturbed = scores[quiet(panel, ahead)]
    if not len(undisturbed):
        return np.zeros(len(panel), dtype=bool)
    return np.asarray(scores < np.quantile(undisturbed, FALSE_ALARMS))


def quiet(panel: Panel, ahead: Ahead) -> Bits:
    """Rows of accounts that did not decide to leave for `LOOK_BACK` days."""
    return panel.judged & ahead.is_standing & (ahead.known_for >= LOOK_BACK) & (ahead.leaves_in > LOOK_BACK)


def warnings(panel: Panel, ahead: Ahead, alarm: Bits) -> Floats:
    """For every decision that was watched, the days from the first alarm that stood until it; 0 where none did.

    An alarm counts if it never ended before the decision: one that was raised and taken back warned nobody.
    """
    near = panel.judged & ahead.is_standing & (ahead.leaves_in <= LOOK_BACK)
    order = np.lexsort((panel.day[near], panel.account[near]))
    account, leaves_in, raised = panel.account[near][order], ahead.leaves_in[near][order], alarm[near][order]
    decided = panel.day[near][order] + leaves_in
    new = np.append(True, (np.diff(account) != 0) | (np.diff(decided) != 0)) if len(account) else np.zeros(0, bool)
    starts = np.append(np.flatnonzero(new), len(account))
    return np.array([_standing(leaves_in[a:b], raised[a:b]) for a, b in pairwise(starts.tolist())])


def _standing(leaves_in: Floats, raised: Bits) -> float:
    """Rows of one decision, oldest first."""
    off = np.flatnonzero(~raised)
    first = int(off[-1]) + 1 if len(off) else 0
    return float(leaves_in[first]) if first < len(leaves_in) else 0.0


def _medians(days: Floats) -> Floats:
    """Of re-drawn accounts; the same accounts in every call with as many."""
    rows = np.random.default_rng(SEED).integers(0, len(days), (DRAWS, len(days)))
    return np.asarray(np.median(days[rows], axis=1))
