"""How the products of accounts stand at both ends of periods, each as one whatever the currencies that it is paid in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import Moved, Reading
from nenrin.analytics.revenue.rows import runs


class Side(NamedTuple):
    """At one end: amounts, list prices, seats, and a number for the plans."""

    minor: Whole
    listed: Whole
    seats: Whole
    plan: Whole


class Together(NamedTuple):
    """Products paid in several currencies that changed in a period: their account's row, the period, and both sides at the
    reading's exchange rates. `own`: the lines that are told here, and so not by themselves."""

    own: NDArray[np.bool_]
    row: Whole
    period: Whole
    was: Side
    now: Side


def of_states(values: Whole, state: Whole) -> Whole:
    """The value of each state, nought where there is none (below 0)."""
    return np.where(state >= 0, values[np.maximum(state, 0)], 0) if len(values) else np.zeros(len(state), np.int64)


def of_lines(reading: Reading, state: Whole) -> Side:
    """Of lines by themselves, in their own currency; nought where there is no state."""
    states = reading.book.states
    return Side(*(of_states(values, state) for values in (states.minor, states.listed, states.seats, states.plan)))


def together(reading: Reading, moved: Moved, period: Whole, ends: Whole) -> Together | None:
    """Of lines that changed, each in a period; None where none is of such a product. `ends`: the last day of each period."""
    kin = reading.kin
    own = None if kin is None else kin.is_several[moved.line]
    if kin is None or own is None or not own.any():
        return None
    product, when = np.divmod(np.unique(kin.of[moved.line[own]] * len(ends) + period[own]), len(ends))
    lines, which = runs(kin.of, product)
    place, told = _placed(moved.line[own] * len(ends) + period[own], lines * len(ends) + when[which])
    still = reading.states_at(lines, ends[when[which]])  # of a line that did not change: the state of both ends
    states = [np.where(told, side[own][place], still) for side in (moved.was, moved.now)]
    starts = np.searchsorted(which, np.arange(len(product)))
    told_plans = [_plans(reading, state, starts) for state in states]
    names = {text: n for n, text in enumerate(dict.fromkeys(text for side in told_plans for text in side))}
    was, now = (
        Side(
            np.add.reduceat(of_states(reading.state_minor, state), starts),
            np.add.reduceat(of_states(reading.state_listed, state), starts),
            np.add.reduceat(of_states(reading.book.states.seats, state), starts),
            np.array([names[text] for text in plans], dtype=np.int64),
        )
        for state, plans in zip(states, told_plans, strict=True)
    )
    return Together(own, reading.book.states.of[lines[starts]], when, was, now)


def _placed(keys: Whole, wanted: Whole) -> tuple[Whole, NDArray[np.bool_]]:
    """Where each wanted key stands among the keys, and whether it is there at all."""
    order = np.argsort(keys)
    place = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    return place, keys[place] == wanted


def _plans(reading: Reading, state: Whole, starts: Whole) -> list[str]:
    """The plans that are paid for, of each run of lines."""
    states = reading.book.states
    paid = (state >= 0) & (states.minor[np.maximum(state, 0)] > 0)
    texts = [
        states.plans[plan] if has else ""
        for plan, has in zip(of_states(states.plan, state).tolist(), paid, strict=True)
    ]
    ends = [*starts[1:].tolist(), len(texts)]
    return [
        "+".join(sorted({plan for text in texts[start:end] for plan in text.split("+") if plan}))
        for start, end in zip(starts.tolist(), ends, strict=True)
    ]
