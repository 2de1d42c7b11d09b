"""Health of past days, as it was shown: two tables in the lake that are only ever added to.

`history_scores`: one row per account and closed day. Lists of millionths of a point follow the columns of the
row's model version (its measures, then "missing" and "carried"; limits in the order of its exceptions).
`history_measures`: the values behind them, one row per account, day and measure that had one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.tables import Table
from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.frames import NEVER
from nenrin.analytics.scores.raws import MISSING, Layout
from nenrin.analytics.scores.records import Record
from nenrin.analytics.scores.scans import Day
from nenrin.insight import days
from nenrin.insight.modelling.configuration import Configuration

APP = "health"
HEALTH = "health"
_LIST = pa.list_(pa.int64())
SCORES = pa.schema(
    [
        pa.field("account", pa.int64(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
        pa.field("version", pa.int64(), nullable=False),
        pa.field("tier", pa.string(), nullable=False),
        pa.field("today", pa.int64(), nullable=False),
        pa.field("score", pa.int64(), nullable=False),
        pa.field("coverage", pa.float64(), nullable=False),
        pa.field("settled", pa.bool_(), nullable=False),
        pa.field("band", pa.string(), nullable=False),
        pa.field("since", pa.int64(), nullable=False),
        pa.field("shown", pa.string(), nullable=False),
        pa.field("shown_since", pa.int64(), nullable=False),
        pa.field("got", _LIST, nullable=False),
        pa.field("full", _LIST, nullable=False),
        pa.field("raw", _LIST, nullable=False),
        pa.field("bars", _LIST, nullable=False),
        pa.field("override", pa.int64(), nullable=False),
        pa.field("by_hand", pa.bool_(), nullable=False),
        pa.field("events", pa.list_(pa.string()), nullable=False),
        pa.field("events_since", _LIST, nullable=False),
    ]
)
VALUES = pa.schema(
    [
        pa.field("account", pa.int64(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
_BANDS = pa.array([band.value for band in Band])


def scores_table(lake: Lake) -> Table:
    return Table(lake.path / "history_scores", SCORES, "month")


def values_table(lake: Lake) -> Table:
    return Table(lake.path / "history_measures", VALUES, "month")


def append(lake: Lake, closed: Sequence[Day], configuration: Configuration, *, version: int, app: str = APP) -> bool:
    """Store closed days, once per `app` and `version` (which must rise); fsynced before this returns."""
    values_table(lake).append(_stacked([_values(day) for day in closed], VALUES), app=app, version=version)
    rows = [part for day in closed for part in _scores(day, configuration)]
    return scores_table(lake).append(_stacked(rows, SCORES), app=app, version=version)


def _stacked(parts: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _scores(day: Day, configuration: Configuration) -> list[pa.Table]:
    """One table for each model version, whose columns its lists follow."""
    raw, state, score = day.raw, day.state, day.score
    parts = []
    for place in np.unique(raw.which):
        rows = np.flatnonzero(raw.which == place)
        own = Layout.of([configuration.models[place]])
        columns = [raw.layout.at(key) for key in own.columns]
        limits = [raw.layout.limits.index(key) for key in own.limits]
        events = _events(day, rows)
        table = {
            "account": raw.frame.accounts[rows],
            **_dated(day, len(rows)),
            "version": np.full(len(rows), configuration.versions[place]),
            "tier": pa.array(raw.frame.tiers[rows].tolist(), pa.string()),
            "today": raw.score[rows],
            "score": score[rows],
            "coverage": np.round(raw.coverage[rows], 6),
            "settled": state.settled[rows],
            "band": _BANDS.take(pa.array(state.band[rows])),
            "since": state.since[rows],
            "shown": _BANDS.take(pa.array(state.shown[rows])),
            "shown_since": state.shown_since[rows],
            "got": _lists(state.got, rows, columns),
            "full": _lists(state.full, rows, columns),
            "raw": _lists(raw.got, rows, columns),
            "bars": _lists(day.bars, rows, limits),
            "override": day.override[rows],
            "by_hand": day.by_hand[rows],
            "events": pa.array([[event for event, _ in found] for found in events], pa.list_(pa.string())),
            "events_since": pa.array([[since for _, since in found] for found in events], _LIST),
        }
        parts.append(pa.table(table, schema=SCORES))
    return parts


def _dated(day: Day, rows: int) -> dict[str, pa.Array]:
    on = days.day(day.day)
    return {"day": pa.repeat(pa.scalar(on, pa.date32()), rows), "month": pa.repeat(f"{on:%Y-%m}", rows)}


def _lists(table: np.ndarray, rows: np.ndarray, columns: Sequence[int]) -> pa.Array:
    chosen = np.ascontiguousarray(table[np.ix_(rows, np.array(columns, dtype=np.int64))])
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * len(columns)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(chosen.ravel(), pa.int64()))


def _events(day: Day, rows: np.ndarray) -> list[list[tuple[str, int]]]:
    raised = day.raw.frame.raised
    if not raised:
        return [[]] * len(rows)
    return [[(event, int(since[row])) for event, since in raised.items() if since[row] != NEVER] for row in rows]


def _values(day: Day) -> pa.Table:
    frame, parts = day.raw.frame, []
    for measure, column in frame.values.items():
        there = ~np.isnan(column)
        rows = int(there.sum())
        fixed = {**_dated(day, rows), "measure": pa.repeat(measure, rows)}
        parts.append(pa.table({"account": frame.accounts[there], "value": column[there], **fixed}).select(VALUES.names))
    return pa.concat_tables(parts).cast(VALUES) if parts else VALUES.empty_table()


def records(
    lake: Lake,
    first: date,
    last: date,
    configuration: Configuration,
    *,
    accounts: Sequence[int] | None = None,
) -> dict[tuple[int, int], Record]:
    """(account, day number) -> its record, for the days from `first` to `last`.

    `configuration` must hold every version that decided on them (`versions` says which).
    """
    found = _rows(lake, scores_table(lake), first, last, accounts).to_pylist()
    values: dict[tuple[int, int], dict[str, float]] = {}
    for account, day, measure, value in _tuples(
        _rows(lake, values_table(lake), first, last, accounts), "measure", "value"
    ):
        values.setdefault((account, day), {})[measure] = value
    layouts = {v: Layout.of([m]) for v, m in zip(configuration.versions, configuration.models, strict=True)}
    made = (_record(row, layouts[row["version"]], values) for row in found)
    return {(record.account, record.day): record for record in made}


def versions(lake: Lake, first: date, last: date) -> list[int]:
    """The model versions that decided on some day of the span."""
    return sorted(set(_rows(lake, scores_table(lake), first, last, None, "version").column("version").to_pylist()))


def scores(lake: Lake, first: date, last: date, *, accounts: Sequence[int] | None = None) -> pa.Table:
    """Rows of `history_scores` (columns account, day, version, today, score, coverage, shown), by account and day."""
    columns = "account, day, version, today, score, coverage, shown"
    return _rows(lake, scores_table(lake), first, last, accounts, columns).sort_by(
        [("account", "ascending"), ("day", "ascending")]
    )


def valued(lake: Lake, key: str, accounts: Sequence[int], on: Sequence[date]) -> NDArray[np.float64]:
    """A measure of each account on its own day, as it was shown; shape (n,), NaN where nothing was.

    `key`: a measure's, or HEALTH for the score in points.
    """
    table = scores_table(lake) if key == HEALTH else values_table(lake)
    files = table.files(_months(min(on), max(on))) if len(on) else []
    if not files:
        return np.full(len(accounts), np.nan)
    value, chosen = (f"h.score / {micro.ONE}.0", "") if key == HEALTH else ("h.value", f"where measure = {quoted(key)}")
    with lake.connection() as db:
        db.register("asked", _asked(accounts, on))
        kept = f"select * from read_parquet({file_list(files)}, hive_partitioning = false) {chosen}"
        joined = f"select a.place, {value} from asked a left join ({kept}) h using (account, day) order by a.place"
        found = db.execute(joined).fetchall()
    return np.array([np.nan if figure is None else figure for _, figure in found], dtype=np.float64)


class Shown(NamedTuple):
    """An account's health as it was shown on a day; points."""

    band: str
    score: float


def shown(lake: Lake, accounts: Sequence[int], on: Sequence[date]) -> list[Shown | None]:
    """The health of each account on its own day, in their order; None where none was kept."""
    files = scores_table(lake).files(_months(min(on), max(on))) if len(on) else []
    if not files:
        return [None] * len(accounts)
    kept = f"select * from read_parquet({file_list(files)}, hive_partitioning = false)"
    with lake.connection() as db:
        db.register("asked", _asked(accounts, on))
        joined = f"select a.place, h.shown, h.score from asked a left join ({kept}) h using (account, day) order by 1"
        found = db.execute(joined).fetchall()
    return [None if band is None else Shown(band, score / micro.ONE) for _, band, score in found]


def _asked(accounts: Sequence[int], on: Sequence[date]) -> pa.Table:
    """Columns: place, account, day."""
    return pa.table(
        {"place": pa.array(range(len(accounts)), pa.int64()), "account": pa.array(accounts, pa.int64()),
         "day": pa.array(on, pa.date32())}
    )  # fmt: skip


def _rows(
    lake: Lake, table: Table, first: date, last: date, accounts: Sequence[int] | None, columns: str = "*"
) -> pa.Table:
    files = table.files(_months(first, last))
    if not files:
        names = [field for field in table.schema if field.name != "month"]
        empty = pa.schema(names).empty_table()
        return empty if columns == "*" else empty.select([name.strip() for name in columns.split(",")])
    own = "" if accounts is None else f" and account in ({', '.join(str(int(a)) for a in accounts) or 'null'})"
    wanted = f"select {columns} from read_parquet({file_list(files)}, hive_partitioning = false)"
    with lake.connection() as db:
        return db.sql(f"{wanted} where day between date '{first}' and date '{last}'{own}").to_arrow_table()


def _months(first: date, last: date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month
    return [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count + 1)]


def _tuples(table: pa.Table, *names: str) -> zip[tuple[int, int, str, float]]:
    on = table.column("day").cast(pa.int32())
    columns = [pc.cast(table.column("account"), pa.int64()), on, *(table.column(name) for name in names)]
    return zip(*(column.to_pylist() for column in columns), strict=True)


def _record(row: Mapping[str, Any], layout: Layout, values: Mapping[tuple[int, int], Mapping[str, float]]) -> Record:
    on = days.number(row["day"])
    plain: dict[str, Any] = {
        name: row[name] for name in ("account", "version", "tier", "today", "score", "coverage", "settled")
    }
    named: dict[str, Any] = {name: _named(layout.columns, row[name]) for name in ("got", "full", "raw")}
    return Record(
        **plain,
        **named,
        day=on,
        band=Band(row["band"]),
        since=row["since"],
        shown=Band(row["shown"]),
        shown_since=row["shown_since"],
        bars={k: v for k, v in zip(layout.limits, row["bars"], strict=True) if v},
        override=row["override"],
        by_hand=row["by_hand"],
        values=values.get((row["account"], on), {}),
        raised=dict(zip(row["events"], row["events_since"], strict=True)),
    )


def _named(columns: Sequence[str], figures: Sequence[int]) -> dict[str, int]:
    return {key: figure for key, figure in zip(columns, figures, strict=True) if figure or key == MISSING}
