"""Upgrades: from every state that an interrupted one can leave, and twice in a row, with nothing lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.running import Installation, install

pytestmark = pytest.mark.faults
APPS = ("foundation", "customers", "ingest", "insight", "work")


def django(nenrin: Installation, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", *words], env=nenrin.environment, check=True, capture_output=True, timeout=120
    )


def rows(home: Path) -> dict[str, int]:
    """How many rows each table has, of those that hold what people and events brought."""
    with sqlite3.connect(home / "nenrin.sqlite3") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        kept = [name for name in names if name.startswith(APPS) and "lease" not in name]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in kept}


def test_an_upgrade_goes_on_from_wherever_it_was_interrupted(tmp_path: Path) -> None:
    """Back to each migration but the first of its app, as a killed upgrade leaves it, and forward again."""
    nenrin = install(tmp_path / "home")
    before = rows(nenrin.home)
    migrations = Path(__file__).parents[2] / "src" / "nenrin"
    for app in APPS:
        numbers = sorted(file.stem for file in (migrations / app / "migrations").glob("0*.py"))
        for earlier in numbers[-2:-1]:
            django(nenrin, "migrate", app, earlier)
            nenrin.run("upgrade", "--check", status=1)
            assert "migrations run" in nenrin.run("upgrade")
            assert rows(nenrin.home) == before, (app, earlier)
    assert "up to date" in nenrin.run("upgrade")
    assert "FAIL" not in nenrin.run("doctor")
