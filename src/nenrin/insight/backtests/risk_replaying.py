"""A version of a risk model over the past: its kind learned anew for each month from what was known on its eve, and
asked each week about the accounts that were customers then.

First the features of some accounts at a time are read as known on their own days, then month after month is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import panels, probabilities, replays
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.backtests.replays import AVERAGE, LAST_LOGIN, MODEL, PULSE_ONLY, WITHOUT_MANUAL, WORST_OF
from nenrin.analytics.forecasts.hazards.risk import RiskModel
from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores.bands import UNKNOWN
from nenrin.ingest import lakes
from nenrin.insight.backtests import replaying
from nenrin.insight.backtests.replaying import MANUAL
from nenrin.insight.days import number
from nenrin.insight.revenue import books
from nenrin.insight.risk import beliefs, features, machine, outcomes, tables
from nenrin.insight.risk.features import CHANGE, HEALTH, Features
from nenrin.insight.risk.machine import HORIZONS, LISTED
from nenrin.insight.risk.outcomes import Decided
from nenrin.insight.risk.tables import Rows

Floats = NDArray[np.float64]
#: Rules of the health models that are live, beside the risk model.
PEERS = {MODEL: probabilities.HEALTH, AVERAGE: AVERAGE, WORST_OF: WORST_OF, PULSE_ONLY: PULSE_ONLY}
_OWN = (*MEASURES, HEALTH, CHANGE)
_VALUE, _PEER = "value ", "peer "
_WIDE = 2**21


def weeks(as_of: date) -> list[date]:
    """Days on which accounts are told, ascending: as many as the backtest of a health model has."""
    return [as_of - timedelta(7 * back) for back in reversed(range(replaying.WEEKS + 1))]


def months(as_of: date) -> list[date]:
    """Begins of the months from whose eves these days are told: that of the day after each."""
    return sorted({_begin(day) for day in weeks(as_of)})


def _begin(day: date) -> date:
    return (day + timedelta(1)).replace(day=1)


def read(lake: Lake, as_of: date, accounts: Sequence[int]) -> dict[str, Any]:
    """What was known of some accounts: on the weeks that are told, on the eves that are learned from, and the scores of
    what stands beside the model; as plain arrays."""
    first = months(as_of)[0] - timedelta(31 * tables.MONTHS)
    eves = [features.evening(day) for day in outcomes.grid(first, as_of + timedelta(1))]
    known = features.on(lake, [*eves, *weeks(as_of)], accounts=accounts)
    values = {f"{_VALUE}{key}": known.values[key].astype(np.float32) for key in _OWN}
    plain = {"account": known.account, "day": known.day, "tier": known.tier.astype(str), "term": known.term}
    return plain | values | _beside(replaying.peers(lake, as_of, accounts))


def _beside(found: Sequence[Panel]) -> dict[str, Any]:
    empty = np.zeros(0, dtype=np.int64)
    whose = {name: np.concatenate([empty, *(getattr(one, name) for one in found)]) for name in ("account", "day")}
    rules = {rule: np.concatenate([np.zeros(0), *(one.scores[own] for one in found)]) for own, rule in PEERS.items()}
    return {f"{_PEER}{key}": column for key, column in {**whose, **rules}.items()}


def joined(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def told(model: RiskModel, event: str, kept: dict[str, Any], begin: date, as_of: date) -> Panel | None:
    """The weeks of a month, by a model that knew what its eve knew. None where too little had happened to learn from."""
    eve, own = begin - timedelta(1), [day for day in weeks(as_of) if _begin(day) == begin]
    decided = outcomes.decided(books.ledger(eve))
    past = tables.ended(_on(kept, before=number(begin) - 1), decided, tables.months(lakes.current(), decided))
    found = machine.relearned(model, past.table, event) if len(past.table) else None
    rows = list(_asked(found, past, kept, decided, own)) if found else []
    return panels.joined([_panel(found, event, one) for one in rows]) if found and rows else None


def _asked(
    model: RiskModel, past: Rows, kept: dict[str, Any], decided: Decided, days: Sequence[date]
) -> Iterator[Rows]:
    """Customers as the eve of the month knew them: who came later waits for the next month, who decides to leave
    meanwhile stands no more."""
    for day in days:
        rows = tables.open_on(_on(kept, day=number(day)), decided, day)
        if len(rows.table):
            yield beliefs.recomputed(model, past.table, rows, day)


def _on(kept: dict[str, Any], *, day: int | None = None, before: int | None = None) -> Features:
    """Of one day, or of all days before one."""
    rows = np.flatnonzero(kept["day"] == day if day is not None else kept["day"] < before)
    values = {key: kept[f"{_VALUE}{key}"][rows].astype(np.float64) for key in _OWN}
    return Features(
        kept["account"][rows], kept["day"][rows], values, kept["tier"][rows].astype(object), kept["term"][rows]
    )


def _panel(model: RiskModel, event: str, rows: Rows) -> Panel:
    table, wide = rows.table, len(rows.table)
    p = dict(zip(HORIZONS, machine.tell(model, table).p.T, strict=True))
    named = (*_OWN, LEVEL, USUAL)
    full = np.zeros((wide, len(named)))
    full[:, [named.index(one) for one in model.needs]] = np.abs(model.contributions(table, LISTED))
    there = {one.name: one.values for one in table.features}
    points = np.stack([there.get(name, np.full(wide, np.nan)) for name in named], axis=1)
    plain = machine.without(model, table, MANUAL)
    scores = {MODEL: 100 * (1 - p[LISTED]), WITHOUT_MANUAL: 100 * (1 - plain[LISTED])}
    scores |= probabilities.scores(p) | probabilities.scores(plain, WITHOUT_MANUAL)
    scores |= {LAST_LOGIN: replays.since_last(rows.features.values[replays.SILENCE])}
    off = np.zeros(wide, dtype=bool)
    return Panel(
        table.account, table.as_of, table.tier, _due_in(event, rows.features), ~off, off,
        np.full(wide, UNKNOWN, np.int8), scores, named, points, full, {},
    )  # fmt: skip


def _due_in(event: str, known: Features) -> Floats:
    """A customer can leave at its deadline; payments fail, and contracts grow and shrink, on any day."""
    if event != "churn":
        return np.zeros(len(known))
    return replays.until(known.values[replays.NOTICE], known.values[replays.RENEWAL])


def finished(whole: Panel, kept: dict[str, Any]) -> Panel:
    """All months, with their bands and what stands beside the model; features that play no part are left out.

    Where the level behind the measures is read, manual entries are part of it: no model without them is told.
    """
    used = np.flatnonzero(whole.full.any(axis=0))
    scores = dict(whole.scores) | _peers(whole, kept)
    measures = tuple(whole.measures[n] for n in used)
    if not set(MANUAL) & set(measures) or {LEVEL, USUAL} & set(measures):
        scores = {rule: one for rule, one in scores.items() if not rule.endswith(WITHOUT_MANUAL)}
    band = probabilities.bands(whole.day, 1 - whole.scores[MODEL] / 100)
    whole = replace(
        whole, scores=scores, band=band, measures=measures, points=whole.points[:, used], full=whole.full[:, used]
    )
    return replace(whole, steadiness={MODEL: probabilities.steadiness(whole)})


def _peers(whole: Panel, kept: dict[str, Any]) -> dict[str, Floats]:
    """Who has no health that day stands in the middle of it."""
    own, asked = kept[f"{_PEER}account"] * _WIDE + kept[f"{_PEER}day"], whole.account * _WIDE + whole.day
    if not len(own):
        return {}
    order = np.argsort(own, kind="stable")
    place = order[np.minimum(np.searchsorted(own[order], asked), len(own) - 1)]
    there = own[place] == asked
    found = {rule: np.where(there, kept[f"{_PEER}{rule}"][place], np.nan) for rule in PEERS.values()}
    return {rule: _by_day(whole.day, values) for rule, values in found.items()}


def _by_day(day: NDArray[np.int64], values: Floats) -> Floats:
    found = values.copy()
    for one in np.unique(day):
        rows = day == one
        found[rows] = replays.filled(values[rows])
    return found
