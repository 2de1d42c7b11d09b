"""Appending exactly once, on the disk; compaction that changes nothing; rollups brought up to date."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from nenrin.analytics.lake import Lake, rollups
from nenrin.analytics.lake.schemas import EVENTS, FACTS

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo


def rows(*ids: str, at: datetime = NOON, key: str = "g:acme", **more: object) -> pa.Table:
    common = {
        "batch": 1, "source": 1, "namespace": "app", "type": "track", "name": "Opened", "key": key, "user": "sato",
        "valid_at": at, "received_at": at, "known_on": date(2026, 4, 1), "day": at.date(), "flags": "", **more,
    }  # fmt: skip
    return pa.Table.from_pylist([{**common, "event_id": event} for event in ids], schema=EVENTS)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def counts(lake: Lake, columns: str = "day, key, event, known_on, n") -> list[tuple[object, ...]]:
    with lake.session() as db:
        grouped = " group by all" if "sum" in columns else ""
        return db.execute(f"select {columns} from raw_counts{grouped} order by all").fetchall()


def ids(lake: Lake) -> list[str]:
    with lake.connection() as db:
        return [
            row
            for (row,) in db.execute(f"select event_id from read_parquet({lake.events.files()}) order by 1").fetchall()
        ]


def test_a_version_is_appended_once_and_an_older_one_never(lake: Lake) -> None:
    assert lake.append_events(rows("a"), app="drain", version=5)
    assert not lake.append_events(rows("a"), app="drain", version=5)
    assert not lake.append_events(rows("b"), app="drain", version=4)
    assert lake.append_events(rows("c"), app="mirror", version=1)

    assert ids(lake) == ["a", "c"]
    assert (lake.events.version("drain"), lake.events.version("nobody")) == (5, -1)


def test_files_are_on_the_disk_before_the_log_names_them_and_the_log_before_append_returns(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.append_events(rows("a"), app="drain", version=1)
    synced: list[str] = []
    real, commit = os.fsync, DeltaTable.create_write_transaction

    def fsync(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    def committing(*args: object, **kwargs: object) -> None:
        synced.append("commit")
        commit(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(DeltaTable, "create_write_transaction", committing)
    lake.append_events(rows("b", at=NOON + timedelta(days=1)), app="drain", version=2)

    before, after = synced[: synced.index("commit")], synced[synced.index("commit") + 1 :]
    [file] = [path for path in before if path.endswith(".parquet")]
    assert Path(file).parent.name == "day=2026-04-02"
    assert {str(Path(file).parent), str(lake.events.path)} <= set(before)
    assert any(path.endswith("00000000000000000002.json") for path in after)
    assert str(lake.events.path / "_delta_log") in after


def test_the_log_holds_no_text_of_an_event(lake: Lake) -> None:
    secret = "sato@example.com"
    lake.append_events(rows(secret, user=secret, properties=json.dumps({"mail": secret})), app="drain", version=1)
    lake.tidy(most_files=0, kept_hours=0)

    log = "".join(path.read_text() for path in (lake.events.path / "_delta_log").glob("*.json"))
    assert secret not in log


def test_compaction_keeps_every_row_the_versions_and_the_rollups(lake: Lake) -> None:
    for version in range(12):
        lake.append_events(rows(f"e{version:02d}"), app="drain", version=version)
    lake.roll()
    before, rolled = ids(lake), counts(lake)

    assert lake.tidy(most_files=5) == 1

    assert len(lake.events.files()) == 1
    assert (ids(lake), counts(lake), lake.events.version("drain")) == (before, rolled, 11)
    assert lake.roll() == []
    lake.append_events(rows("later"), app="drain", version=12)
    assert lake.roll() == [date(2026, 4, 1)]
    assert counts(lake, "sum(n)::int") == [(13,)]


def test_a_reader_keeps_reading_while_files_are_joined_and_appended(lake: Lake) -> None:
    lake.append_events(rows("seed"), app="drain", version=0)
    stop, seen, failures = threading.Event(), [], []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(len(ids(lake)))
            except Exception as problem:
                failures.append(problem)

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(1, 30):
        lake.append_events(rows(f"e{version}"), app="drain", version=version)
        if version % 10 == 0:
            lake.tidy(most_files=2)
    stop.set()
    reader.join()

    assert not failures
    assert seen == sorted(seen)
    assert len(ids(lake)) == 30


def test_a_rollup_counts_by_the_organisations_day_and_by_when_it_was_known(lake: Lake) -> None:
    evening = datetime(2026, 4, 1, 15, 30, tzinfo=UTC)  # 00:30 on the 2nd in Tokyo
    lake.append_events(rows("a", "b"), app="drain", version=1)
    lake.append_events(rows("c", at=evening, known_on=date(2026, 4, 9)), app="drain", version=2)
    lake.append_events(rows("p", type="page", name="Home"), app="drain", version=3)

    assert lake.roll() == [date(2026, 4, 1), date(2026, 4, 2)]
    assert counts(lake) == [
        (date(2026, 4, 1), "g:acme", "$page", date(2026, 4, 1), 1),
        (date(2026, 4, 1), "g:acme", "Opened", date(2026, 4, 1), 2),
        (date(2026, 4, 2), "g:acme", "Opened", date(2026, 4, 9), 1),
    ]


def test_only_days_that_changed_are_rolled_again(lake: Lake) -> None:
    for day in range(5):
        lake.append_events(rows(f"e{day}", at=NOON + timedelta(days=day)), app="drain", version=day)
    lake.roll()
    lake.append_events(rows("late", at=NOON + timedelta(days=2)), app="drain", version=9)

    days = lake.roll()

    assert days == [date(2026, 4, 3)]
    assert counts(lake, "sum(n)") == [(6,)]


def test_days_are_found_after_their_files_were_joined_and_swept_away(lake: Lake) -> None:
    for version in range(4):
        lake.append_events(rows(f"e{version}"), app="drain", version=version)
    lake.tidy(most_files=0, kept_hours=0)

    assert date(2026, 4, 1) in lake.roll()
    assert counts(lake, "sum(n)") == [(4,)]


def test_many_small_rolls_come_to_the_same_as_one(lake: Lake) -> None:
    for number in range(40):
        day = NOON + timedelta(days=number % 7)
        lake.append_events(rows(f"e{number}", at=day, user=f"u{number % 3}"), app="drain", version=number)
        lake.roll()
    grown = counts(lake, "day, key, event, known_on, sum(n)::int")
    with lake.session() as db:
        people = db.execute("select distinct day, user from raw_users order by all").fetchall()

    lake.reroll()

    assert counts(lake, "day, key, event, known_on, sum(n)::int") == grown
    with lake.session() as db:
        assert db.execute("select distinct day, user from raw_users order by all").fetchall() == people
    assert all(len(pieces) == 1 for pieces in lake.rollups.shelf.standing().pieces.values())


def test_a_roll_that_dies_halfway_is_repeated(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append_events(rows("a", "b"), app="drain", version=1)
    with monkeypatch.context() as patched:
        patched.setattr(rollups.Shelf, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            lake.roll()

    assert lake.roll() == [date(2026, 4, 1)]
    assert counts(lake, "sum(n)") == [(2,)]
    lake.rollups.shelf.sweep(rollups.QUERIES, kept_seconds=-1)
    assert {len(list((lake.path / "rollups" / name).iterdir())) for name in rollups.QUERIES} == {1}


def test_a_rollup_file_that_was_lost_is_made_anew(lake: Lake) -> None:
    for number in range(3):
        lake.append_events(rows(f"e{number}", at=NOON + timedelta(days=number)), app="drain", version=number)
        lake.roll()
    before = counts(lake)
    lake.rollups.shelf.standing().pieces["counts"][1].path.unlink()

    assert lake.roll() == [date(2026, 4, 2)]

    assert counts(lake) == before


def test_rollups_of_an_earlier_release_are_read_and_go_on(lake: Lake) -> None:
    lake.append_events(rows("a", "b"), app="drain", version=1)
    lake.roll()
    before = counts(lake)
    version = lake.rollups.shelf.standing().version
    for name in ("counts", "users"):
        [piece] = lake.rollups.shelf.standing().pieces[name]
        piece.path.rename(piece.path.with_name(f"2026-04-01.{version:012d}.base.parquet"))
    (lake.path / "rollups" / "rolled.json").write_text(json.dumps({"version": version}))
    assert counts(lake) == before

    lake.append_events(rows("c"), app="drain", version=2)

    assert lake.roll() == [date(2026, 4, 1)]
    assert counts(lake, "sum(n)::int") == [(3,)]
    with lake.session() as db:
        assert db.execute("select distinct day from raw_beats").fetchall() == [(date(2026, 4, 1),)]


def test_files_stay_few_however_often_is_rolled(lake: Lake) -> None:
    for number in range(60):
        late = NOON - timedelta(days=number % 40)
        events = pa.concat_tables([rows(f"e{number}"), rows(f"l{number}", at=late)])
        lake.append_events(events, app="drain", version=number)
        lake.roll()

    pieces = lake.rollups.shelf.standing().pieces

    assert all(len(found) <= 34 for found in pieces.values())
    assert counts(lake, "sum(n)::int") == [(120,)]


def test_staff_bots_and_ignored_names_are_left_out(lake: Lake) -> None:
    lake.append_events(rows("a", flags="skew,excluded"), app="drain", version=1)
    lake.append_events(rows("b", flags="ignored"), app="drain", version=2)
    lake.append_events(rows("c", type="identify", user="suzuki"), app="drain", version=3)
    lake.roll()

    assert counts(lake, "event, n") == [("$identify", 1), ("Opened", 1)]
    with lake.session() as db:
        assert db.execute("select user from raw_users").fetchall() == []


def test_an_unreadable_body_of_a_fact_shows_as_missing(lake: Lake) -> None:
    fact = {
        "kind": "subscription", "key": "s1", "account": 1, "valid_at": NOON, "known_on": date(2026, 4, 1),
        "recorded_at": NOON, "seq": 1, "gone": False, "assumed": False,
        "body": json.dumps({"seats": "many", "starts_on": "soon", "plan": "pro", "steps": [{"seats": 3}]}),
    }  # fmt: skip
    lake.append_facts(pa.Table.from_pylist([fact], schema=FACTS), app="mirror", version=1)

    with lake.session() as db:
        assert db.execute("select plan, seats, starts_on from subscriptions").fetchall() == [("pro", None, None)]
        assert db.execute("select key, seats, from_on from price_steps").fetchall() == [("s1", 3, None)]
