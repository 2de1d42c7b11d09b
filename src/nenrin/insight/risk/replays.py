"""What would have been said at the begin of each past month, by a model that knew only the months before it.

The kind of model (step, ridge) is today's; coefficients, calibration, restraint and the months in which renewals are
refused come from the earlier months alone.

Kept beside what was really said and marked as replayed, so that forecasts can be held against what came from the first
day on. A month for which something was really said is never replayed.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from nenrin.analytics.forecasts.hazards.risk import RiskModel
from nenrin.insight.models import RiskModelVersion, RiskSaid
from nenrin.insight.risk import chunks, machine, tables
from nenrin.insight.risk.machine import HORIZONS, LISTED, Told
from nenrin.insight.risk.tables import Rows

#: So many past months are replayed, each with a model of its own.
BACK = 12


def keep(rows: Rows, event: str, version: RiskModelVersion, model: RiskModel) -> int:
    """Replay the last months, each put in its place at once; returns how many accounts' months were kept. Safe to repeat."""
    table, days, kept = rows.table, [], 0
    spoken = set(RiskSaid.objects.filter(event=event, is_replayed=False).values_list("as_of", flat=True).distinct())
    for begin in np.unique(table.begins)[-BACK:].tolist():
        day = date(1970, 1, 1) + timedelta(begin - 1)
        known = tables.as_of(rows, begin)
        before, shown = known.chosen(known.ends <= begin), known.chosen(known.begins <= begin)
        asked = np.flatnonzero(known.begins == begin)
        if day in spoken or not len(before):
            continue
        if found := machine.relearned(model, before, event):
            seen = machine.seen(found, shown)
            told = machine.tell(found, seen.chosen(seen.begins == begin))
            accounts, minor = table.account[asked].tolist(), rows.standing.minor[asked].tolist()
            kept += chunks.publish(event, day, said(accounts, event, day, version.pk, told, minor, is_replayed=True))
            days.append(day)
    RiskSaid.objects.filter(event=event, is_replayed=True).exclude(as_of__in=days).delete()
    return kept


def said(
    accounts: list[int], event: str, day: date, version: int, told: Told, minor: list[int], *, is_replayed: bool
) -> list[tuple[object, ...]]:
    """Rows in the order of chunks.SAID."""
    at = HORIZONS.index(LISTED)
    return [
        (
            account, event, day, version, is_replayed, round(float(told.p[n, at]), 6), round(float(told.low[n, at]), 6),
            round(float(told.high[n, at]), 6), horizons(told, n), months(told, n), minor[n],
        )
        for n, account in enumerate(accounts)
    ]  # fmt: skip


def horizons(told: Told, row: int) -> list[list[float]]:
    """[[days, p, low, high]] of a row."""
    columns = (told.p[row], told.low[row], told.high[row])
    return [[days, *(round(float(column[n]), 6) for column in columns)] for n, days in enumerate(HORIZONS)]


def months(told: Told, row: int) -> list[float]:
    return [round(float(value), 6) for value in told.months[row]]
