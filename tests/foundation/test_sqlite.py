"""Who waits for the embedded database gets the next gap, even behind a writer that hardly leaves any."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction

from nenrin.foundation.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


def _opened(file: Path) -> DatabaseWrapper:
    return DatabaseWrapper({**connection.settings_dict, "NAME": file}, "apart")


def _begin(database: DatabaseWrapper) -> None:
    database.cursor().execute("BEGIN IMMEDIATE")


def _write(database: DatabaseWrapper, hold_seconds: float = 0.0) -> None:
    database.ensure_connection()
    _begin(database)
    database.connection.execute("CREATE TABLE IF NOT EXISTS written (at REAL)")
    time.sleep(hold_seconds)
    database.connection.execute("COMMIT")


def test_a_writer_gets_its_turn_between_another_ones_many_transactions(tmp_path: Path) -> None:
    stop = threading.Event()

    def busy() -> None:
        mine = _opened(tmp_path / "db")
        while not stop.is_set():
            _write(mine, hold_seconds=0.1)
            time.sleep(0.012)
        mine.close()

    other = threading.Thread(target=busy)
    other.start()
    time.sleep(0.3)
    waits = []
    mine = _opened(tmp_path / "db")
    for _ in range(8):
        begun = time.monotonic()
        _write(mine)
        waits.append(time.monotonic() - begun)
    stop.set()
    other.join()
    mine.close()
    # Within a hold or two; polling as SQLite does, in steps of up to 0.1 s, the gaps of 0.012 s are missed time and again.
    assert sorted(waits)[-2] < 0.5


def test_a_writer_who_drops_a_cursor_of_who_waits_goes_on_at_once(tmp_path: Path) -> None:
    """The search for garbage finds cursors of any thread; closing one needs its connection, which must be free."""
    holder, waiting = _opened(tmp_path / "db"), _opened(tmp_path / "db")
    _write(holder)
    waiting.ensure_connection()
    spent = [waiting.create_cursor().execute("SELECT 1 UNION SELECT 2")]
    _begin(holder)
    writer = threading.Thread(target=lambda: waiting.create_cursor().execute("INSERT INTO written VALUES (1)"))
    writer.start()
    time.sleep(0.2)
    begun = time.monotonic()
    spent.clear()
    took = time.monotonic() - begun
    holder.connection.execute("ROLLBACK")
    writer.join()
    assert took < 2


def test_waiting_for_ones_turn_ends_with_the_databases_own_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nenrin.foundation.sqlite.base.WAIT_SECONDS", 0.1)
    holder, mine = _opened(tmp_path / "db"), _opened(tmp_path / "db")
    _write(holder)
    _begin(holder)
    with pytest.raises(OperationalError, match="locked"):
        _write(mine)
    holder.connection.execute("ROLLBACK")
    _write(mine)


def test_the_application_waits_this_way() -> None:
    with transaction.atomic():
        assert isinstance(connections["default"], DatabaseWrapper)
