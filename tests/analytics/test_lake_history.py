"""As-known usage and facts: a grid of days equals single days, and both equal the slow and obvious way."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings

from nenrin.analytics.lake import Lake
from tests.analytics.lake_histories import DAYS, Happened, Oracle, Said, histories, lake_of, versions

SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def usage(db: duckdb.DuckDBPyConnection, as_of: date) -> dict[int, int]:
    return dict(
        db.execute(
            "select account, sum(n)::bigint from counts where opens <= $1 and $1 < cap group by account", [as_of]
        ).fetchall()
    )


def users(db: duckdb.DuckDBPyConnection, as_of: date) -> set[tuple[int, str]]:
    query = (
        "select distinct d.account, p.name from user_days d join people p using (user)"
        " where d.opens <= $1 and $1 < d.cap"
    )
    return set(db.execute(query, [as_of]).fetchall())


def tickets(db: duckdb.DuckDBPyConnection, as_of: date) -> set[tuple[int, str]]:
    query = "select account, key from tickets where believed_from <= $1 and $1 < believed_to"
    rows = db.execute(query, [as_of]).fetchall()
    assert len(rows) == len(set(rows))
    return set(rows)


@SLOW
@given(histories)
def test_every_day_of_a_grid_is_what_was_known_at_its_end(history: tuple[list[Happened], list[Said]]) -> None:
    oracle = Oracle(*history)
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(Path(folder), *history)
        with lake.session() as db:
            for day in DAYS:
                assert usage(db, day) == oracle.usage(day, day)
                assert users(db, day) == oracle.users(day, day)
                assert tickets(db, day) == oracle.tickets(day, day)


@SLOW
@given(histories)
def test_with_fixed_knowledge_every_day_is_seen_with_the_same_eyes(history: tuple[list[Happened], list[Said]]) -> None:
    oracle = Oracle(*history)
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(Path(folder), *history)
        for known in (DAYS[3], DAYS[-1]):
            with lake.session(known=known) as db:
                for day in DAYS:
                    assert usage(db, day) == oracle.usage(day, known)
                    assert users(db, day) == oracle.users(day, known)
                    assert tickets(db, day) == oracle.tickets(day, known)


@SLOW
@given(histories)
def test_a_session_of_some_accounts_shows_of_them_what_a_whole_one_shows(
    history: tuple[list[Happened], list[Said]],
) -> None:
    oracle = Oracle(*history)
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(Path(folder), *history)
        with lake.session(accounts=[1, 3]) as db:
            for day in DAYS[4:]:
                assert usage(db, day) == {a: n for a, n in oracle.usage(day, day).items() if a in (1, 3)}
                assert users(db, day) == {(a, u) for a, u in oracle.users(day, day) if a in (1, 3)}
                assert tickets(db, day) == {(a, t) for a, t in oracle.tickets(day, day) if a in (1, 3)}


@SLOW
@given(histories)
def test_a_lent_connection_shows_what_a_fresh_one_shows(history: tuple[list[Happened], list[Said]]) -> None:
    """Whatever account, knowledge and files it was lent for before; the rest of what was said comes in between."""
    happened, said = history
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(Path(folder), happened, said[: len(said) // 2])
        for turn in range(2):
            for accounts, known in (([1], None), ([3], DAYS[3]), ([1, 3], None), ([2], DAYS[-1])):
                assert _all_of(lake, accounts, known) == _of_whole(lake, accounts, known)
            if turn == 0 and said:
                half = len(said) // 2
                lake.append_facts(versions(said[half:], half), app="test", version=2)


def test_a_lent_connection_begins_anew_where_the_cache_is_gone(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, [], [])
    for accounts in ([1], [2]):
        with lake.session(accounts=accounts) as db:
            assert usage(db, DAYS[-1]) == {}
    shutil.rmtree(lake.path / "cache")
    for accounts in ([1], [2]):
        with lake.session(accounts=accounts) as db:
            assert usage(db, DAYS[-1]) == {}


def heard(db: duckdb.DuckDBPyConnection) -> set[tuple[object, ...]]:
    """Days on which anything was said of the kinds asked about for everybody."""
    return set(db.execute("select kind, day::varchar, known_on::varchar from fact_days").fetchall())


def _all_of(lake: Lake, accounts: list[int], known: date | None) -> list[object]:
    with lake.session(known=known, accounts=accounts) as db:
        return [heard(db), *((usage(db, day), users(db, day), tickets(db, day)) for day in DAYS[4:])]


def _of_whole(lake: Lake, accounts: list[int], known: date | None) -> list[object]:
    with lake.session(known=known) as db:
        return [heard(db)] + [
            (
                {account: n for account, n in usage(db, day).items() if account in accounts},
                {(account, user) for account, user in users(db, day) if account in accounts},
                {(account, key) for account, key in tickets(db, day) if account in accounts},
            )
            for day in DAYS[4:]
        ]
