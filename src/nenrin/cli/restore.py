"""`nenrin restore`: a backup into an empty home, with sending paused."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from nenrin.cli.backup import KEYS, MANIFEST
from nenrin.cli.output import fail
from nenrin.foundation.models import Lease, Organisation

FILES = ("spool.sqlite3", "nenrin.sqlite3", *KEYS)


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(source: Path) -> None:
    """Fill an empty NENRIN_HOME from SOURCE. Nothing is sent until somebody resumes sending."""
    if not (source / MANIFEST).exists():
        fail(f"{source} is no backup: {MANIFEST} is missing")
    if (settings.HOME / "nenrin.sqlite3").exists():
        fail(f"{settings.HOME} holds an installation: set NENRIN_HOME to a new folder")
    settings.HOME.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if (source / name).exists():
            shutil.copy2(source / name, settings.HOME / name)
    for name in ("lake", "media"):
        if (source / name).exists():
            shutil.copytree(source / name, settings.HOME / name)
    _database(source)
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    Organisation.objects.update(is_sending_paused=True, instance=uuid.uuid4())
    Lease.objects.all().delete()
    click.echo(f"restored into {settings.HOME}; sending is paused")


def _database(source: Path) -> None:
    dump = source / "nenrin.dump"
    if not dump.exists():
        return
    if not settings.DATABASE_URL:
        fail("this backup is of PostgreSQL: set NENRIN_DATABASE_URL to an empty database")
    words = ["pg_restore", "--no-owner", f"--dbname={settings.DATABASE_URL}", str(dump)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"pg_restore failed: {done.stderr.strip()}")
