"""Simulated worlds as tables of risk: what a product would observe, and the truth beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.tables import LEADS, Calendar, Feature, Table
from nenrin.simulator.economy import measures
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import TIERS

MONTH = 30


def snapshot(
    tier: NDArray[np.str_], due: NDArray[np.bool_], features: tuple[Feature, ...], events: dict[str, NDArray[np.bool_]]
) -> Table:
    """One row an account, all in the same month; who is due may leave, others rather do not."""
    rows = len(tier)
    days = np.full(rows, 1000, dtype=np.int64)
    calendar = np.repeat(np.where(due, Calendar.MONTHLY, Calendar.BOUND).astype(np.int8)[:, None], LEADS, axis=1)
    known = np.arange(rows, dtype=np.int64)
    return Table(known, days, days + MONTH, days - 1, tier, days, calendar, features, events)


GROUPS = {"nps": "sentiment", "pulse": "relationship"}


def table(economy: Economy, first: int, end: int) -> Table:
    """Rows of the months [first, end): month m is a period that begins on day 30 m, known as of the day before, when
    month m - 1 had been observed. An account has a row for each month that it began after its first."""
    alive = economy.lives.is_alive
    began = np.zeros_like(alive)
    began[:, 1:] = alive[:, 1:] & alive[:, :-1]
    began[:, :first], began[:, end:] = False, False
    row, month = np.nonzero(began)
    lost = economy.lives.has_left[row, month]
    unpaid = economy.lives.is_involuntary[row, month]
    features = tuple(
        Feature(name, seen[row, month - 1], month * MONTH - 1, GROUPS.get(name, "adoption"), "higher")
        for name, seen in measures.observed(economy).items()
    )
    return Table(
        account=row.astype(np.int64),
        begins=(month * MONTH).astype(np.int64),
        ends=((month + 1) * MONTH).astype(np.int64),
        as_of=(month * MONTH - 1).astype(np.int64),
        tier=np.array(TIERS)[economy.population.tier[row]],
        tenure=((month - economy.population.start[row]) * MONTH).astype(np.int64),
        calendar=_calendar(economy)[row[:, None], month[:, None] + np.arange(LEADS)],
        features=features,
        events={
            "churn": lost & ~unpaid,
            "involuntary": unpaid,
            "expansion": economy.lives.has_expanded[row, month],
            "contraction": economy.lives.has_contracted[row, month],
        },
        mrr_minor=(economy.lives.seats[row, month - 1] * economy.contracts.price[row]).astype(np.int64),
    )


def _calendar(economy: Economy) -> NDArray[np.int8]:
    signed, start = economy.contracts, economy.population.start
    months = economy.preset.months + LEADS
    due = np.stack([signed.due(month, start) for month in range(months)], axis=1)
    kind = np.where(signed.term[:, None] > 1, Calendar.RENEWAL, Calendar.MONTHLY)
    return np.where(due, kind, Calendar.BOUND).astype(np.int8)
