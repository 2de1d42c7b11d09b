"""A writer that is suspended beyond the end of its right, and wakes up when the day is closed, changes no closed day."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from nenrin.analytics.lake import Lake
from tests.flows.running import Installation, install, send, wait_for

pytestmark = pytest.mark.faults

CLOSE = """
import django, sys
django.setup()
from datetime import datetime
from nenrin.insight import backfill, closing, tick
at = datetime.fromisoformat(sys.argv[2])
if sys.argv[1] == "tick":
    print(tick.close_day(at))
else:
    day = datetime.fromisoformat(sys.argv[3]).date()
    backfill.backfill(day, day, at=at)
    print(day)
"""
SETTLE = ("worker", "--once")


@contextmanager
def stopped(installation: Installation, what: str, at: datetime) -> Iterator[subprocess.Popen[str]]:
    """A writer that is stopped in the middle of its commit while the block runs, and wakes up after it."""
    script = Path(__file__).parent / "sleeper.py"
    words = [sys.executable, str(script), what, at.isoformat()]
    process = subprocess.Popen(words, env=installation.environment, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, 60, f"the {what} to be stopped")
        yield process
        process.send_signal(signal.SIGCONT)
        # It may be stopped again at a second commit, of the other table.
        wait_for(lambda: _has_ended(process), 60, f"the {what} to end")
    finally:
        process.kill()


def _has_ended(process: subprocess.Popen[str]) -> bool:
    if process.poll() is None and psutil.Process(process.pid).status() == psutil.STATUS_STOPPED:
        process.send_signal(signal.SIGCONT)
    return process.poll() is not None


def closed(installation: Installation, how: str, at: datetime, day: date) -> str:
    words = [sys.executable, "-c", CLOSE, how, at.isoformat(), day.isoformat()]
    done = subprocess.run(words, env=installation.environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def known_on(home: Path, what: str) -> list[date]:
    """The days of knowledge of the events and of the user they are of, or of the account."""
    lake = Lake(home / "lake")
    files = (
        [*lake.events.files(), *lake.facts.files(["sighting"])] if what == "drain" else lake.facts.files(["account"])
    )
    with lake.connection() as db:
        query = "select known_on from read_parquet($1, hive_partitioning = false, union_by_name = true)"
        return sorted(day for (day,) in (db.execute(query, [files]).fetchall() if files else []))


@pytest.mark.parametrize("how", ["tick", "backfill"])
@pytest.mark.parametrize("what", ["drain", "mirror"])
def test_no_fact_slips_behind_a_day_that_was_closed_while_its_writer_was_suspended(
    tmp_path: Path, what: str, how: str
) -> None:
    installation = install(tmp_path / "home", "--zone", "UTC")
    if what == "drain":
        with installation.serving() as base:
            for number in range(3):
                event = {"userId": "sato", "event": "Report Opened", "messageId": f"m-{number}"}
                send(base, installation.keys["write_key"], "/v1/track", event)
    else:
        (tmp_path / "a.csv").write_text("key,name,status\nacme,Acme Inc.,customer\n")
        installation.run("import", "accounts", str(tmp_path / "a.csv"))
        _seal(installation)
    begun = datetime.now(UTC)
    today = begun.date()
    tomorrow = begun + timedelta(days=1)
    with stopped(installation, what, begun) as process:
        assert closed(installation, how, tomorrow, today) == str(today)
    assert process.stdout is not None and process.stdout.read() == "0", "the sleeper wrote behind a closed day"
    installation.run(*SETTLE)
    days = known_on(installation.home, what)
    assert len(days) == (4 if what == "drain" else 1), "nothing twice, nothing lost"
    assert min(days) > today
    law = installation.json("intake", "--json")["total"]
    assert law["received"] == law["stored"] + law["duplicate"] + law["quarantined"] + law["pending"]


def _seal(installation: Installation) -> None:
    script = "import django; django.setup()\nfrom nenrin.foundation import journal\nwhile journal.seal(): pass"
    subprocess.run([sys.executable, "-c", script], env=installation.environment, check=True, timeout=60)
