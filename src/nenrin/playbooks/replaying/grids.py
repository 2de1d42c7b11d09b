"""Conditions asked of every account on every past day at once: measures and standing as known then, health as shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields, Op
from nenrin.analytics.conditions.trees import leaves
from nenrin.analytics.kpis import MEASURES, engine
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.insight import history

#: What the past knows of an account besides its measures, as columns of the lake's view.
STANDING = ("status", "tier", "touch_model", "stage", "industry", "region", "customer_since", "lost_on", "tags")
HEALTH = {"health.score": "score", "health.band": "shown", "health.coverage": "coverage",
          "health.delta_7": "delta_7", "health.delta_30": "delta_30"}  # fmt: skip
DELTAS = {"health.delta_7": 7, "health.delta_30": 30}
MICRO = 1_000_000
BASE = """
select {columns} from rows e
join accounts a on a.account = e.account and a.believed_from <= e.as_of and e.as_of < a.believed_to
{health}
"""
HEALTH_JOIN = "left join health h on h.account = e.account and h.day = e.as_of"


class NotKept(ValueError):
    """The past does not know this (owners, attributes, days counted from today): leave it out of the replay."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"{', '.join(names)}: {NotKept.__doc__}")


@dataclass(frozen=True, slots=True)
class Rows:
    """Of some accounts on every day, sorted by both: the truth of each condition (1, 0 or -1 for unknown) by its name."""

    account: NDArray[np.int64]
    day: NDArray[np.int64]
    truth: Mapping[str, NDArray[np.int8]]


#: Columns account, day, score, coverage, shown of the days from one to another, by account and day.
Scores = Callable[[Lake, date, date], pa.Table]


def rows(
    lake: Lake, asked: Mapping[str, Condition], first: date, last: date, fields: Fields,
    scores: Scores = history.scores,
) -> Iterator[Rows]:  # fmt: skip
    """The truth of these conditions, some accounts at a time. Raises NotKept."""
    wanted = {column for one in asked.values() for column in conditions.columns(one, fields)}
    refuse(asked.values(), fields)
    measures = tuple(MEASURES[key] for key in sorted(wanted & set(MEASURES))) or (MEASURES["tenure_days"],)
    health = _health(lake, first, last, wanted, scores) if wanted & set(HEALTH) else None
    read = partial(_truths, asked=asked, fields=fields, wanted=wanted, health=health)
    for _, found in engine.evaluate_beside(lake, measures, Grid.daily(first, last), read):
        yield found


def refuse(asked: object, fields: Fields) -> None:
    """Raise NotKept for what a past day cannot be asked."""
    known = {*STANDING, *HEALTH, *MEASURES}
    bad = []
    for one in asked:  # type: ignore[attr-defined]  # conditions
        bad += [column for column in conditions.columns(one, fields) if column not in known]
        bad += [leaf.field for leaf in leaves(one) if leaf.op in (Op.WITHIN_LAST, Op.WITHIN_NEXT)]
    if bad:
        raise NotKept(sorted(set(bad)))


def _truths(
    db: duckdb.DuckDBPyConnection, slab: pa.Table, *, asked: Mapping[str, Condition], fields: Fields, wanted: set[str],
    health: pa.Table | None,
) -> Rows:  # fmt: skip
    db.register("rows", slab)
    if health is not None:
        db.register("health", health)
    columns = ["e.account", "e.as_of"] + [f'e."{key}"' for key in slab.column_names[2:]]
    columns += [f'a."{key}"' for key in STANDING if key in wanted]
    columns += [f'h."{HEALTH[key]}" as "{key}"' for key in HEALTH if key in wanted]
    base = BASE.format(columns=", ".join(columns), health=HEALTH_JOIN if health is not None else "")
    found = {name: conditions.where(one, fields, date.max) for name, one in asked.items()}
    said = ", ".join(f'coalesce(({where.sql})::tinyint, -1::tinyint) as "{name}"' for name, where in found.items())
    parameters = [value for where in found.values() for value in where.parameters]
    sql = f"select account, as_of, {said} from ({base}) order by account, as_of"
    try:
        table: pa.Table = db.sql(sql, params=parameters).to_arrow_table()
    finally:
        db.unregister("rows")
        if health is not None:
            db.unregister("health")
    return Rows(
        table.column("account").to_numpy().astype(np.int64),
        table.column("as_of").to_numpy().astype("datetime64[D]").astype(np.int64),
        {name: table.column(name).to_numpy().astype(np.int8) for name in asked},
    )


def _health(lake: Lake, first: date, last: date, wanted: set[str], read: Scores) -> pa.Table:
    """Scores as they were shown, with their change over a week or thirty days where that is asked."""
    back = max((DELTAS[key] for key in wanted & set(DELTAS)), default=0)
    scores = read(lake, first - timedelta(back), last)
    with lake.connection() as db:
        db.register("scores", scores)
        deltas = "".join(
            f", (s.score - p{days}.score) / {MICRO}.0 as delta_{days}" for key, days in DELTAS.items() if key in wanted
        )
        joins = " ".join(
            f"left join scores p{days} on p{days}.account = s.account and p{days}.day = s.day - {days}"
            for key, days in DELTAS.items() if key in wanted
        )  # fmt: skip
        return db.sql(
            f"select s.account, s.day, s.score / {MICRO}.0 as score, s.shown, s.coverage{deltas} from scores s {joins}"
        ).to_arrow_table()
