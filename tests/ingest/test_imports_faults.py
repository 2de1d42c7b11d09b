"""Imports by the command line in processes of their own: killed with -9, and two at once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults
ROWS = 4000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    made = nenrin(folder, "init", "--json")
    assert made.returncode == 0, made.stderr
    return folder


def environment(home: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "NENRIN_DATABASE_URL"}
    return kept | {"NENRIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}


def nenrin(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nenrin", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=240)


def started(home: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nenrin", *words]
    return subprocess.Popen(command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def number(home: Path, sql: str) -> int:
    with sqlite3.connect(home / "nenrin.sqlite3", timeout=30) as database:
        return int(database.execute(sql).fetchone()[0])


def written(folder: Path) -> Path:
    file = folder / "accounts.csv"
    file.write_text("key,name\n" + "".join(f"k{n},会社{n}\n" for n in range(ROWS)), encoding="cp932")
    return file


def test_killed_with_9_the_worker_ends_what_the_command_began(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path)
    command = started(home, "import", "accounts", str(file))
    deadline = time.monotonic() + 120
    while number(home, "select count(*) from customers_account") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    command.send_signal(signal.SIGKILL)
    command.wait()
    done = number(home, "select max(rows_done) from ingest_import")
    assert 0 < done < ROWS, "killed too late to prove anything"
    assert number(home, "select count(*) from customers_account") == done
    with sqlite3.connect(home / "nenrin.sqlite3", timeout=30) as database:
        database.execute(
            "update ingest_import set claimed_until = '2000-01-01 00:00:00'"
        )  # as if the minute had passed
    while number(home, "select count(*) from ingest_import where state = 'running'"):
        assert nenrin(home, "worker", "--once").returncode == 0
    assert number(home, "select count(*) from customers_account") == ROWS
    assert number(home, "select count(*) from ingest_importedrow") == ROWS
    assert number(home, "select created from ingest_import") == ROWS


def test_two_commands_import_the_same_keys_at_once_and_each_account_is_there_once(home: Path, tmp_path: Path) -> None:
    file = str(written(tmp_path))
    both = [started(home, "import", "accounts", file, "--source", name) for name in ("left", "right")]
    assert [one.wait(240) for one in both] == [0, 0]
    assert number(home, "select count(*) from customers_account") == ROWS
    assert number(home, "select count(*) from customers_accountkey") == ROWS
    assert number(home, "select sum(created) from ingest_import") == ROWS
    assert number(home, "select sum(unchanged) from ingest_import") == ROWS
    told = json.loads(nenrin(home, "import", "accounts", file, "--json").stdout)
    assert (told["created"], told["unchanged"], told["state"]) == (0, ROWS, "done")
