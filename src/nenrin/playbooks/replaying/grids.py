"""Conditions asked of every account on every past day at once: measures and standing as known then, health as shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields, Op
from nenrin.analytics.conditions.trees import Is, leaves
from nenrin.analytics.kpis import MEASURES, engine
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.insight import history
from nenrin.insight.days import number
from nenrin.playbooks.replaying import truths
from nenrin.playbooks.replaying.truths import Longs, Ranks, Stretches

#: What the past knows of an account besides its measures, as columns of the lake's view.
STANDING = ("status", "tier", "touch_model", "stage", "industry", "region", "customer_since", "lost_on", "tags")
DELTAS = {"health.delta_7": 7, "health.delta_30": 30}
HEALTH = ("health.score", "health.band", "health.coverage", *DELTAS)
MICRO = 1_000_000


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
    refuse(asked.values(), fields)
    past = _Past(asked, fields, truths.distinct(asked.values()))
    wanted = {column for leaf in past.some for column in conditions.columns(leaf, fields)}
    measures = tuple(MEASURES[key] for key in sorted(wanted & set(MEASURES))) or (MEASURES["tenure_days"],)
    past.health, past.unscored = _health(lake, first, last, past.of(HEALTH), fields, scores)
    for _, found in engine.evaluate_beside(lake, measures, Grid.daily(first, last), past.truths):
        yield found


def begin(lake: Lake, first: date) -> int:
    """The first day looked at, or that on which anybody was first believed to be there, where that is later."""
    with lake.session() as db:
        [[known]] = db.execute("select min(believed_from) from accounts").fetchall()
    return number(max(first, known or first))


def refuse(asked: object, fields: Fields) -> None:
    """Raise NotKept for what a past day cannot be asked."""
    known = {*STANDING, *HEALTH, *MEASURES}
    bad = []
    for one in asked:  # type: ignore[attr-defined]  # conditions
        bad += [column for column in conditions.columns(one, fields) if column not in known]
        bad += [leaf.field for leaf in leaves(one) if leaf.op in (Op.WITHIN_LAST, Op.WITHIN_NEXT)]
    if bad:
        raise NotKept(sorted(set(bad)))


@dataclass(slots=True)
class _Past:
    """What is asked, and what of the answers is found once for all accounts: `unscored` without a score, `standing` of
    every version of an account, read when the first accounts are."""

    asked: Mapping[str, Condition]
    fields: Fields
    some: Sequence[Is]
    health: Stretches | None = None
    unscored: Mapping[Is, int] = field(default_factory=dict)
    standing: Stretches | None = None

    def of(self, known: Sequence[str] | Mapping[str, object]) -> list[Is]:
        """The comparisons of these columns."""
        return [leaf for leaf in self.some if conditions.columns(leaf, self.fields) <= set(known)]

    def truths(self, db: duckdb.DuckDBPyConnection, slab: pa.Table) -> Rows:
        """Of a slab that is sorted by account and day; days on which nobody was believed to be there are left out."""
        if self.standing is None:
            self.standing = _standing(db, self.of(STANDING), self.fields)
        account, day = np.asarray(slab.column("account").to_numpy(), np.int64), truths.days(slab.column("as_of"))
        place, kept = self.standing.place(account, day)
        if not kept.all():
            account, day, place, slab = account[kept], day[kept], place[kept], slab.filter(pa.array(kept))
        found = truths.ranks(slab, self.of(MEASURES), self.fields)
        found |= {leaf: told[place] for leaf, told in self.standing.ranks.items()}
        found |= self._scored(account, day)
        joined = {name: truths.joined(one, found, len(account)) for name, one in self.asked.items()}
        return Rows(account, day, {name: truths.truth(told) for name, told in joined.items()})

    def _scored(self, account: Longs, day: Longs) -> dict[Is, Ranks]:
        none = {leaf: np.full(len(account), rank, np.uint8) for leaf, rank in self.unscored.items()}
        if self.health is None or not len(account):
            return none
        health = self.health.between(int(account[0]), int(account[-1]))
        if not len(health.account):
            return none
        place, there = health.place(account, day)
        return {leaf: np.where(there, told[place], none[leaf]) for leaf, told in health.ranks.items()}


def _standing(db: duckdb.DuckDBPyConnection, some: Sequence[Is], fields: Fields) -> Stretches:
    columns = sorted({column for leaf in some for column in conditions.columns(leaf, fields)})
    wanted = ", ".join(["account", "believed_from", "believed_to", *(f'"{column}"' for column in columns)])
    versions = db.sql(f"select {wanted} from accounts order by account, believed_from").to_arrow_table()
    account = np.asarray(versions.column("account").to_numpy(), np.int64)
    begins, ends = (truths.days(versions.column(name)) for name in ("believed_from", "believed_to"))
    return Stretches(account, begins, ends, truths.ranks(versions, some, fields))


def _health(
    lake: Lake, first: date, last: date, some: Sequence[Is], fields: Fields, read: Scores
) -> tuple[Stretches | None, dict[Is, int]]:
    """What was asked of health, answered for every score that was shown, and for where none was."""
    if not some:
        return None, {}
    wanted = {column for leaf in some for column in conditions.columns(leaf, fields)}
    back = max((DELTAS[key] for key in wanted & set(DELTAS)), default=0)
    scores = read(lake, first - timedelta(back), last)
    account, day = np.asarray(scores.column("account").to_numpy(), np.int64), truths.days(scores.column("day"))
    score = np.asarray(scores.column("score").to_numpy(), np.int64)
    told = {
        "health.score": score / MICRO,
        "health.band": scores.column("shown"),
        "health.coverage": scores.column("coverage"),
    }
    told |= {key: _delta(account, day, score, DELTAS[key]) for key in wanted & set(DELTAS)}
    frame = pa.table({key: told[key] for key in sorted(wanted)})
    nothing = pa.table(
        {key: pa.nulls(1, column.type) for key, column in zip(frame.column_names, frame.columns, strict=True)}
    )
    unscored = {leaf: int(ranks[0]) for leaf, ranks in truths.ranks(nothing, some, fields).items()}
    return Stretches(account, day, day + 1, truths.ranks(frame, some, fields)), unscored


def _delta(account: Longs, day: Longs, score: Longs, days: int) -> NDArray[np.float64]:
    """The change of each score since so many days before; NaN where there was none."""
    then, there = truths.earlier(account, day, days)
    return np.where(there, (score - score[then]) / MICRO, np.nan)
