"""Conditions on past days: asked by parts where each field stands, they say what one question over everything says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from nenrin.analytics import conditions
from nenrin.analytics.conditions import All, Any, Condition, Is, Not, Op, standard
from nenrin.analytics.kpis import MEASURES, engine, gridded
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.playbooks.replaying import grids, truths
from tests.analytics.measures_cast import Said

FIELDS = standard()
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 14)
LEAVES = (
    Is("status", Op.EQ, ("customer",)), Is("tier", Op.IN, ("smb", "enterprise")), Is("tier", Op.MISSING),
    Is("industry", Op.CONTAINS, ("小",)), Is("tags", Op.CONTAINS, ("vip",)), Is("tags", Op.MISSING),
    Is("lost_on", Op.LT, (date(2026, 4, 1),)), Is("customer_since", Op.MISSING),
    Is("tenure_days", Op.GE, (20.0,)), Is("days_since_touch", Op.LE, (7.0,)), Is("days_since_touch", Op.MISSING),
    Is("nps", Op.BETWEEN, (-50.0, 0.0)), Is("nps", Op.NE, (100.0,)),
    Is("health.score", Op.LT, (55.5,)), Is("health.score", Op.MISSING), Is("health.band", Op.EQ, ("at_risk",)),
    Is("health.band", Op.NE, ("healthy",)), Is("health.band", Op.MISSING), Is("health.coverage", Op.GE, (0.5,)),
    Is("health.score", Op.CHANGED_BY, (-5.0, 7)), Is("health.score", Op.CHANGED_BY, (3.0, 30)),
    Is("health.delta_7", Op.MISSING), Is("health.delta_30", Op.LE, (0.0,)),
)  # fmt: skip
TREES: some.SearchStrategy[Condition] = some.recursive(
    some.sampled_from(LEAVES),
    lambda part: some.one_of(
        part.map(Not), some.lists(part, max_size=3).map(lambda parts: All(tuple(parts))),
        some.lists(part, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Accounts that come, change, leave, are merged and taken back; touches and answers told late."""
    said, begun = Said(), date(2026, 1, 5)
    for one in range(1, 8):
        said.account(one, begun, status="customer", tier="smb", industry="製造", customer_since=begun, tags=["vip"])
    said.account(1, date(2026, 3, 20), status="lost", tier="smb", lost_on=date(2026, 3, 18))
    said.account(2, date(2026, 3, 10), status="customer", tier="enterprise", industry="小売", tags=[])
    said.account(2, date(2026, 4, 2), status="customer", tier="", industry=None, customer_since=None)
    said.account(8, date(2026, 3, 15), status="prospect")
    said.fact("survivor", "3", {"survivor": 4}, account=3, known=date(2026, 3, 12))
    said.fact("survivor", "3", {"survivor": 4}, account=3, known=date(2026, 4, 1), gone=True)
    said.fact("account", "5", {}, account=5, known=date(2026, 3, 25), gone=True)
    for one in (2, 4, 6):
        for on in (date(2026, 3, 3), date(2026, 3, 30)):
            body = {"channel": "call", "direction": "out", "human": True, "on": on, "minutes": 9}
            said.fact("touch", f"t{one}{on}", body, account=one, valid=on, known=on + timedelta(one))
    for one, score in ((4, 3), (6, 10), (7, 0)):
        told = {"survey": "nps", "score": score, "answered_on": date(2026, 3, 8), "role": ""}
        said.fact("answer", f"a{one}", told, account=one, valid=date(2026, 3, 8), known=date(2026, 3, 9 + one))
    return said.written(Path(tmp_path_factory.mktemp("past")) / "lake")


def _scores(_: Lake, first: date, last: date) -> pa.Table:
    """Health of most accounts on most days, with holes; none at all before March."""
    bands = ("healthy", "caution", "at_risk", "unknown")
    begun = date(2026, 2, 27)
    days = [(n, begun + timedelta(n)) for n in range((last - begun).days + 1) if begun + timedelta(n) >= first]
    rows = [
        {"account": one, "day": day, "score": 40_000_000 + (one * 7919 + n * 104_729) % 41 * 1_000_000,
         "coverage": (one + n) % 5 / 4, "shown": bands[(one + n // 5) % 4]}
        for one in (1, 2, 4, 6, 9) for n, day in days if (one * 31 + n) % 9
    ]  # fmt: skip
    types = [("account", pa.int64()), ("day", pa.date32()), ("score", pa.int64()), ("coverage", pa.float64())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*types, ("shown", pa.string())]))


def _whole(lake: Lake, asked: Mapping[str, Condition], scores: grids.Scores) -> list[tuple[int, ...]]:
    """The oracle: one row an account and day with everything known of it beside it, and each condition asked as a whole."""
    columns = {column for one in asked.values() for column in conditions.columns(one, FIELDS)}
    measures = tuple(MEASURES[key] for key in sorted(columns & set(MEASURES))) or (MEASURES["tenure_days"],)
    read = partial(_one_question, asked=asked, columns=columns, health=scores(lake, FIRST - timedelta(30), LAST))
    return [row for _, rows in engine.evaluate_beside(lake, measures, Grid.daily(FIRST, LAST), read) for row in rows]


def _one_question(
    db: duckdb.DuckDBPyConnection,
    slab: pa.Table,
    *,
    asked: Mapping[str, Condition],
    columns: set[str],
    health: pa.Table,
) -> list[tuple[int, ...]]:
    db.register("rows", slab)
    db.register("health", health)
    standing = "".join(f', a."{key}"' for key in grids.STANDING if key in columns)
    found = {name: conditions.where(one, FIELDS, date.max) for name, one in asked.items()}
    said = ", ".join(f"coalesce(({where.sql})::tinyint, -1::tinyint)" for where in found.values())
    try:
        return db.execute(
            f"""select account, date_diff('day', date '1970-01-01', as_of), {said} from (
              select e.*{standing}, h.score / 1000000.0 as "health.score", h.shown as "health.band",
                h.coverage as "health.coverage", (h.score - p.score) / 1000000.0 as "health.delta_7",
                (h.score - q.score) / 1000000.0 as "health.delta_30"
              from rows e
              join accounts a on a.account = e.account and a.believed_from <= e.as_of and e.as_of < a.believed_to
              left join health h on h.account = e.account and h.day = e.as_of
              left join health p on p.account = h.account and p.day = h.day - 7
              left join health q on q.account = h.account and q.day = h.day - 30
            ) order by account, as_of""",
            [value for where in found.values() for value in where.parameters],
        ).fetchall()
    finally:
        db.unregister("rows")
        db.unregister("health")


def _told(rows: Iterator[grids.Rows], names: Mapping[str, Condition]) -> list[tuple[int, ...]]:
    return [
        tuple(int(one) for one in row)
        for part in rows
        for row in zip(part.account, part.day, *(part.truth[name] for name in names), strict=True)
    ]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=some.lists(TREES, min_size=1, max_size=4), cells=some.sampled_from([150, 500_000]))
def test_the_past_asked_by_parts_answers_as_one_question_over_everything(
    lake: Lake, trees: list[Condition], cells: int
) -> None:
    asked = {str(n): one for n, one in enumerate(trees)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gridded, "_CELLS_A_SLAB", cells)
        found = _told(grids.rows(lake, asked, FIRST, LAST, FIELDS, _scores), asked)
    assert found == _whole(lake, asked, _scores)


def test_every_comparison_alone_answers_as_before_on_days_with_scores_and_on_days_without(lake: Lake) -> None:
    asked = {str(n): leaf for n, leaf in enumerate(LEAVES)}
    nothing = _scores(lake, FIRST, FIRST).slice(0, 0)
    for scores in (_scores, lambda *_: nothing):
        found = _told(grids.rows(lake, asked, FIRST, LAST, FIELDS, scores), asked)
        assert found == _whole(lake, asked, scores) and found
        if scores is _scores:
            said = np.array([row[2:] for row in found])
            assert all(len(set(column)) > 1 for column in said.T), "every comparison tells accounts and days apart"


FRAME = pa.table(
    {
        "nps": pa.array([None, 10.0, -30.0, math.nan, 0.0, 50.0], pa.float64()),
        "industry": pa.array(["製造", "", None, "小売", "製造", "it"], pa.string()),
        "tags": pa.array([["vip"], [], ["x", "vip"], None, ["y"], []], pa.list_(pa.string())),
        "lost_on": pa.array([None, date(2026, 1, 5), None, date(2026, 3, 1), date(2025, 1, 1), None], pa.date32()),
    }
)


def test_rows_are_answered_in_their_order_however_many_they_are() -> None:
    frame = pa.concat_tables(
        [pa.table({"nps": np.arange(n, n + 70_000, dtype=np.float64)}) for n in range(0, 700_000, 70_000)]
    )
    [ranks] = conditions.ranks(frame, [Is("nps", Op.LT, (350_000.0,))], FIELDS, date.max)
    assert (ranks[:350_000] == 2).all() and (ranks[350_000:] == 0).all()
    assert conditions.ranks(FRAME, [Is("tags", Op.CONTAINS, ("vip",))], FIELDS, date.max)[0].tolist() == [
        2,
        0,
        2,
        0,
        0,
        0,
    ]


@given(some.lists(some.tuples(some.integers(1, 3), some.integers(-5, 5), some.integers(0, 4)), max_size=6))
def test_a_version_is_found_on_the_days_on_which_it_was_believed(told: list[tuple[int, int, int]]) -> None:
    spans: list[tuple[int, int, int]] = []
    for account, begins, length in sorted(told):
        if not spans or spans[-1][0] != account or spans[-1][2] <= begins:
            spans.append((account, begins, begins + length))
    columns = [np.array([span[n] for span in spans], np.int64) for n in range(3)]
    account, day = (one.ravel() for one in np.meshgrid(np.arange(1, 4), np.arange(-6, 11), indexing="ij"))
    place, inside = truths.Stretches(columns[0], columns[1], columns[2], {}).place(account, day)
    for row in range(len(account)):
        expected = [
            n for n, (who, begins, ends) in enumerate(spans) if who == account[row] and begins <= day[row] < ends
        ]
        assert ([int(place[row])] if inside[row] else []) == expected[:1]
