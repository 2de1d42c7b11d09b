"""From the lake to frames: each account's measures, standing, hard events and overrides on each day of a grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics.kpis import engine
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.frames import NEVER, Frame, Overrides
from nenrin.insight import days, measures
from nenrin.insight.modelling import choosing
from nenrin.insight.modelling.configuration import Configuration

#: Whose health is judged: those who pay, and those whom we know only by their events so far.
JUDGED = ("customer", "provisional")

STANDING = """
select e.row, a.status, coalesce(a.tier, '') as tier, coalesce(a.touch_model, '') as touch_model,
       coalesce(a.stage, '') as stage, coalesce(a.industry, '') as industry, coalesce(a.region, '') as region,
       coalesce(a.tags, []) as tags
from rows e join accounts a
  on a.account = e.account and a.believed_from <= e.as_of and e.as_of < a.believed_to
where a.status in ('customer', 'provisional')
order by e.row
"""
HARD = """
select e.row, h.event, max(date_diff('day', date '1970-01-01', h.{since})) as since
from rows e join hard_events h
  on h.account = e.account and h.believed_from <= e.as_of and e.as_of < h.believed_to
where h.expires_on is null or e.as_of < h.expires_on
group by e.row, h.event order by e.row, h.event
"""
OVERRIDES = """
select e.row, o.band, o.score, date_diff('day', date '1970-01-01', o.{since}) as since
from rows e join overrides o
  on o.account = e.account and o.believed_from <= e.as_of and e.as_of < o.believed_to
where o.expires_on is null or e.as_of < o.expires_on
order by e.row, o.{since}, o.key
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a grid: a frame, and the place of each row's model in the configuration."""

    day: date
    which: NDArray[np.int64]
    frame: Frame


def evaluate(
    lake: Lake, grid: Grid, configuration: Configuration, *, accounts: Sequence[int] | None = None
) -> Iterator[list[Day]]:
    """Days of the grid, oldest first, for some accounts at a time. Accounts that nobody judges have no row."""
    wanted = measures.evaluated(choosing.needs(configuration))
    # Where each day knows what its own end knew, things count from when they were learned of.
    since = "believed_from" if grid.known else "learned_from"
    for slab, beside in engine.evaluate_beside(lake, wanted, grid, partial(_beside, since=since), accounts=accounts):
        yield _split(_joined(slab, *beside), grid, configuration)


def _beside(
    db: duckdb.DuckDBPyConnection, slab: pa.Table, *, since: str
) -> tuple[pa.Table, list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What the accounts were, the hard events and the overrides of the slab's rows."""
    places = slab.select(["account", "as_of"]).append_column("row", pa.array(range(slab.num_rows), pa.int64()))
    db.register("rows", places)
    try:
        standing = db.sql(STANDING).to_arrow_table()
        hard, overrides = (db.execute(query.format(since=since)).fetchall() for query in (HARD, OVERRIDES))
    finally:
        db.unregister("rows")
    return standing, hard, overrides


@dataclass(frozen=True, slots=True)
class _Rows:
    """A slab with everything joined: numbers of days, the frame, and the words that models are chosen by."""

    on: NDArray[np.int64]
    frame: Frame
    words: Mapping[str, NDArray[Any]]


def _joined(
    slab: pa.Table, standing: pa.Table, hard: Sequence[tuple[Any, ...]], overrides: Sequence[tuple[Any, ...]]
) -> _Rows:
    kept = standing.column("row").to_numpy()
    place = np.full(slab.num_rows, -1)
    place[kept] = np.arange(len(kept))
    values = {
        key: np.asarray(slab.column(key).to_numpy(zero_copy_only=False), dtype=np.float64)[kept]
        for key in slab.column_names[2:]
    }
    words = {name: _words(standing, name) for name in standing.column_names[1:]}
    frame = Frame(
        np.asarray(slab.column("account").to_numpy(), dtype=np.int64)[kept],
        values,
        words["tier"],
        _raised(place, len(kept), hard),
        _by_hand(place, len(kept), overrides),
    )
    on = np.asarray(slab.column("as_of").cast(pa.int32()).to_numpy(), dtype=np.int64)[kept]
    return _Rows(on, frame, words)


def _words(standing: pa.Table, name: str) -> NDArray[Any]:
    column = standing.column(name)
    if name == "tags":
        return np.array([tuple(tags) for tags in column.to_pylist()] + [()], dtype=object)[:-1]
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=str)


def _raised(place: NDArray[np.int64], rows: int, hard: Sequence[tuple[Any, ...]]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, NDArray[np.int64]] = {}
    for row, event, since in hard:
        if place[row] >= 0:
            found.setdefault(event, np.full(rows, NEVER))[place[row]] = since
    return found


def _by_hand(place: NDArray[np.int64], rows: int, overrides: Sequence[tuple[Any, ...]]) -> Overrides:
    found = Overrides.none(rows)
    for row, band, score, since in overrides:
        at = place[row]
        if at >= 0:
            found.band[at] = Band(band).code if band in set(Band) else -1
            found.score[at] = np.nan if score is None else score
            found.since[at] = since
    return found


def _split(rows: _Rows, grid: Grid, configuration: Configuration) -> list[Day]:
    order = np.argsort(rows.on, kind="stable")
    numbers = np.array([days.number(day) for day in grid.days])
    begins, ends = (np.searchsorted(rows.on[order], numbers, side) for side in ("left", "right"))
    split = []
    for day, begin, end in zip(grid.days, begins, ends, strict=True):
        chosen = order[begin:end]
        frame, words = rows.frame.take(chosen), {name: column[chosen] for name, column in rows.words.items()}
        frame = _as_of_its_day(frame, day, configuration)
        which = choosing.choose(configuration, day, frame, words)
        split.append(Day(day, which[which >= 0], frame.take(which >= 0)))
    return split


def _as_of_its_day(frame: Frame, day: date, configuration: Configuration) -> Frame:
    """Attributes that no model of the day reads are missing on it, whatever other days of the grid ask for."""
    own = [key for key in frame.values if measures.is_attribute(key)]
    unread = set(own) - choosing.reads(configuration, day) if own else set()
    if not unread:
        return frame
    none = np.full(len(frame), np.nan)
    return replace(frame, values={key: none if key in unread else kept for key, kept in frame.values.items()})


def whole(
    lake: Lake,
    day: date,
    configuration: Configuration,
    known: date | None = None,
    accounts: Sequence[int] | None = None,
) -> Day:
    """One day in one piece."""
    parts = [one for slab in evaluate(lake, Grid.on(day, known), configuration, accounts=accounts) for one in slab]
    return parts[0] if len(parts) == 1 else joined(parts)


def joined(parts: Sequence[Day]) -> Day:
    """Slabs of one day as one frame."""
    frames = [part.frame for part in parts]
    events = {event for frame in frames for event in frame.raised}
    by_hand = [frame.set_by_hand() for frame in frames]
    frame = Frame(
        np.concatenate([frame.accounts for frame in frames]),
        {key: np.concatenate([frame.values[key] for frame in frames]) for key in frames[0].values},
        np.concatenate([frame.tiers for frame in frames]),
        {event: np.concatenate([frame.raised_on(event) for frame in frames]) for event in sorted(events)},
        Overrides(*(np.concatenate([getattr(one, name) for one in by_hand]) for name in ("band", "score", "since"))),
    )
    return Day(parts[0].day, np.concatenate([part.which for part in parts]), frame)
