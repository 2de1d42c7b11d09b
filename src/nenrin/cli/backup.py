"""`nenrin backup`: one folder with spool, lake, database, uploads and key, while the service runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
from django.conf import settings

from nenrin import __version__
from nenrin.cli.output import fail

MANIFEST = "backup.json"
#: Of sessions, of sealed secrets, and of the links in mails, which must work for ever.
KEYS = ("secret.key", "sealing.key", "links.key")
#: In the home: when and where the last backup was made, for `nenrin doctor`.
LAST = "last_backup.json"


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
def command(target: Path) -> None:
    """Copy spool, lake and database, in this order, into TARGET (a new folder).

    An event that moves from spool to lake in between is in both copies; the lake's own transaction keeps it single
    after a restore. Files of the lake never change, and its log is copied before the files that it names.
    """
    if target.exists() and any(target.iterdir()):
        fail(f"{target} is not empty: name a new folder")
    target.mkdir(parents=True, exist_ok=True)
    _sqlite(settings.HOME / "spool.sqlite3", target / "spool.sqlite3")
    if settings.LAKE.exists():
        _lake(settings.LAKE, target / "lake")
    _database(target)
    if settings.MEDIA_ROOT.exists():
        shutil.copytree(settings.MEDIA_ROOT, target / "media")
    for name in KEYS:
        if (settings.HOME / name).exists():
            shutil.copy2(settings.HOME / name, target / name)
    made = {"version": __version__, "made_at": datetime.now(UTC).isoformat(), "postgres": bool(settings.DATABASE_URL)}
    (target / MANIFEST).write_text(json.dumps(made))
    (settings.HOME / LAST).write_text(json.dumps(made | {"target": str(target.resolve())}))
    click.echo(f"backup in {target}")


def _sqlite(source: Path, target: Path) -> None:
    """A consistent copy by SQLite's own online backup; writers go on."""
    if not source.exists():
        return
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)


def _lake(source: Path, target: Path) -> None:
    """Logs first: whatever a copied log names was complete before it, so the second pass finds it.

    Before them the rollups' list: one that has counted events beyond the copied log would never count those that
    come in their place.
    """
    _rollup_list(source, target)
    for log in source.rglob("_delta_log"):
        shutil.copytree(log, target / log.relative_to(source))
    for file in (f for f in source.rglob("*") if f.is_file() and _is_kept(f.relative_to(source))):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(file, copy)
        except FileNotFoundError:
            continue  # replaced between listing and copying: a rollup's draft, never a file that a log names


def _is_kept(file: Path) -> bool:
    """Not what was copied before, nor what is made again when it is asked for."""
    return "_delta_log" not in file.parts and file.name != "rolled.json" and file.parts[0] not in ("cache", "spill")


def _rollup_list(source: Path, target: Path) -> None:
    """What a copied list names was complete before it; a piece that was merged away meanwhile is made anew."""
    for said in source.rglob("rolled.json"):
        copy = target / said.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(said, copy)


def _database(target: Path) -> None:
    if not settings.DATABASE_URL:
        _sqlite(settings.HOME / "nenrin.sqlite3", target / "nenrin.sqlite3")
        return
    words = ["pg_dump", "--format=custom", f"--file={target / 'nenrin.dump'}", settings.DATABASE_URL]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"pg_dump failed: {done.stderr.strip()}")
