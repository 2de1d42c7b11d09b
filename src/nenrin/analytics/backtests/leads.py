"""How many days before its notice an account first stood out, when every rule may disturb as many of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: How far before a notice an alarm counts; half-years of accounts that do not leave for as long are the undisturbed.
LOOK_BACK = 180
#: Share of the undisturbed half-years in which a rule may raise an alarm.
FALSE_ALARMS = 0.10
#: Weeks that a half-year must have.
WHOLE = 20
_WIDE = 2**21
DRAWS, SEED = 1000, 180


@dataclass(frozen=True, slots=True)
class Lead:
    """Days: median and quartiles over accounts that left (0: no alarm), the median's 95 % interval; `warned` is the
    share with any alarm, `false_alarms` the share of undisturbed half-years that had one."""

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
    """Rows below the score at which the stated share of undisturbed half-years has an alarm, and the share it has; None
    where there is no such half-year."""
    lowest = _lowest(panel, scores, quiet(panel, ahead))
    if not len(lowest):
        return None
    edge = np.quantile(lowest, FALSE_ALARMS)
    return np.asarray(scores < edge), float((lowest < edge).mean())


def quiet(panel: Panel, ahead: Ahead) -> Bits:
    """Rows of accounts that did not decide to leave for `LOOK_BACK` days."""
    return panel.judged & ahead.is_standing & (ahead.known_for >= LOOK_BACK) & (ahead.leaves_in > LOOK_BACK)


def warnings(panel: Panel, ahead: Ahead, alarm: Bits) -> Floats:
    """For every decision that was watched, the days from the first alarm of the half-year before it; 0 without one."""
    near = panel.judged & ahead.is_standing & (ahead.leaves_in <= LOOK_BACK)
    leaves_in = ahead.leaves_in[near]
    decision = panel.account[near] * _WIDE + (panel.day[near] + leaves_in).astype(np.int64)
    each, own = np.unique(decision, return_inverse=True)
    found = np.zeros(len(each))
    np.maximum.at(found, own, np.where(alarm[near], leaves_in, 0.0))
    return found


def _lowest(panel: Panel, scores: Floats, rows: Bits) -> Floats:
    """The lowest score of each account's undisturbed half-years, counted back from the last day."""
    if not rows.any():
        return np.zeros(0)
    back = (int(panel.day.max()) - panel.day[rows]) // LOOK_BACK
    each, own, count = np.unique(panel.account[rows] * _WIDE + back, return_inverse=True, return_counts=True)
    found = np.full(len(each), np.inf)
    np.minimum.at(found, own, scores[rows])
    kept: Floats = found[count >= WHOLE]
    return kept


def _medians(days: Floats) -> Floats:
    """Of re-drawn accounts; the same accounts in every call with as many."""
    rows = np.random.default_rng(SEED).integers(0, len(days), (DRAWS, len(days)))
    return np.asarray(np.median(days[rows], axis=1))
