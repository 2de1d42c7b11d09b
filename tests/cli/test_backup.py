"""A copy of a lake that goes on being written to names nothing that it does not hold."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.schemas import EVENTS
from nenrin.cli import backup

DAY = date(2026, 1, 5)


def drain(lake: Lake, version: int) -> None:
    """One more event, rolled up."""
    at = datetime(DAY.year, DAY.month, DAY.day, 3, tzinfo=UTC)
    event = {
        "batch": version, "source": 1, "namespace": "app", "event_id": str(version), "type": "track", "name": "e",
        "key": "g:g1", "user": "u1", "group": "g1", "valid_at": at, "received_at": at, "known_on": DAY, "day": DAY,
        "flags": "",
    }  # fmt: skip
    lake.append_events(pa.Table.from_pylist([event], schema=EVENTS), app="test", version=version)
    lake.roll()


def test_a_copy_made_while_events_arrive_names_only_files_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(tmp_path / "lake")
    drain(lake, 1)
    with lake.session():
        pass  # whose links are kept in the cache
    copied: list[Path] = []

    def copy(source: Path, target: Path) -> None:
        if len(copied) < 12:
            drain(lake, len(copied) + 2)  # between any two files of the copy; files of a size are joined meanwhile
        copied.append(shutil.copyfile(source, target))

    monkeypatch.setattr(backup.shutil, "copy2", copy)
    backup._lake(lake.path, tmp_path / "copy")
    other = Lake(tmp_path / "copy")
    named = [piece.path for pieces in other.rollups.shelf.standing().pieces.values() for piece in pieces]
    assert not (other.path / "cache").exists(), "half a folder of it would be worse than none"
    assert named and all(path.exists() for path in [*named, *map(Path, other.events.files())])
    counted = "select sum(n)::int from raw_counts"
    with other.session() as db:
        before = db.execute(counted).fetchall()
    other.roll()
    with other.session() as db:
        assert db.execute(counted).fetchall() == [(sum(other.stored().values()),)] and before[0][0] >= 1
