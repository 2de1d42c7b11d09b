"""`nenrin doctor`: what is wrong here, and how to mend it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import click
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from nenrin import __version__
from nenrin.cli.backup import LAST
from nenrin.cli.output import say_json
from nenrin.foundation import journal
from nenrin.foundation.mail import deliver, gate
from nenrin.foundation.models import Cursor, Entry, Lease, Mail, Organisation
from nenrin.ingest import conservation, lakes
from nenrin.ingest.models import Quarantined

State = Literal["ok", "warn", "fail"]
MARKS = {
    "ok": click.style("ok  ", fg="green"),
    "warn": click.style("warn", fg="yellow"),
    "fail": click.style("FAIL", fg="red"),
}
LAG = timedelta(minutes=5)
BACKUP_AGE = timedelta(hours=26)
FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: State
    says: str
    remedy: str = ""


def sqlite_version() -> Finding:
    if settings.DATABASE_URL:
        return Finding("database", "ok", "PostgreSQL")
    says = f"SQLite {sqlite3.sqlite_version}"
    if settings.SQLITE_IS_SOUND:
        return Finding("database", "ok", says)
    remedy = "install pysqlite3; until then a rollback journal is used, which is slower"
    return Finding("database", "fail", f"{says} can lose committed writes in WAL mode", remedy)


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("migrations", "fail", f"{len(plan)} not run", "nenrin upgrade")
    return Finding("migrations", "ok", "up to date")


def organisation() -> Finding:
    if Organisation.objects.exists():
        return Finding("organisation", "ok", Organisation.objects.get().name)
    return Finding("organisation", "fail", "none yet", "nenrin init")


def chain() -> Finding:
    broken = journal.first_break()
    if broken:
        return Finding("journal", "fail", f"the chain breaks at entry {broken.sequence}", "compare with a backup")
    sealed = Entry.objects.filter(sequence__isnull=False).count()
    return Finding("journal", "ok", f"{sealed} entries, chain whole")


def tail() -> Finding:
    """A reader that stands beyond the last entry has read entries that are gone."""
    last = Entry.objects.aggregate(last=Max("sequence"))["last"] or 0
    read = Cursor.objects.aggregate(last=Max("sequence"))["last"] or 0
    if read > last:
        remedy = "the database is older than the lake, or rows were taken out: compare with a backup"
        return Finding("journal end", "fail", f"entries {last + 1} to {read} are missing", remedy)
    return Finding("journal end", "ok", f"readers stand at {read} of {last}")


def backup() -> Finding:
    try:
        told = json.loads((settings.HOME / LAST).read_text())
        made = datetime.fromisoformat(told["made_at"])
    except (OSError, ValueError, KeyError):
        return Finding("backup", "warn", "none has been made from this home", "nenrin backup TARGET, every day")
    age = datetime.now(UTC) - made
    says = f"{made:%Y-%m-%d %H:%M} UTC in {told.get('target', '?')}"
    return Finding("backup", "warn", says, "older than a day") if age > BACKUP_AGE else Finding("backup", "ok", says)


def key() -> Finding:
    """Whoever reads the signing key can sign in as anybody."""
    file = settings.HOME / "secret.key"
    if not file.exists():
        return Finding("signing key", "ok", "from the environment")
    if file.stat().st_mode & 0o077:
        return Finding("signing key", "fail", f"{file} can be read by others", f"chmod 600 {file}")
    return Finding("signing key", "ok", "readable by its owner alone")


def sending() -> Finding:
    now = datetime.now(UTC)
    waits, unknown = deliver.waits(now), Mail.objects.filter(state="unknown").count()
    if waits and not (waits == "no_server" and not Mail.objects.filter(state="queued").exists()):
        return Finding("sending", "warn", gate.WAITS[waits].en, "Settings, Mail; resume where this is the live one")
    if unknown:
        return Finding(
            "sending", "warn", f"{unknown} mails may have arrived or not", "Outbox, Unknown: say what happened"
        )
    return Finding("sending", "ok", "no mail server is set up" if waits else "mails go out")


def transport() -> Finding:
    """Sign-ins and keys in plain text over a network."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if settings.IS_SECURE or host in {"127.0.0.1", "localhost", "::1"}:
        return Finding("address", "ok", settings.BASE_URL)
    return Finding(
        "address", "warn", f"{settings.BASE_URL} is not encrypted", "TLS in front, then NENRIN_BASE_URL=https://…"
    )


def set_aside() -> Finding:
    waiting = Quarantined.objects.filter(state="waiting").count()
    if waiting:
        return Finding("quarantine", "warn", f"{waiting} events wait for a decision", "Data quality, Set aside")
    return Finding("quarantine", "ok", "empty")


def law() -> Finding:
    total = conservation.law(lakes.current())["total"]
    says = ", ".join(f"{name} {count}" for name, count in total.items())
    if not conservation.holds(total):
        return Finding("events", "fail", f"{says}: they do not add up", "stop the worker, keep the spool, ask for help")
    return Finding("events", "ok", says)


def loops() -> Finding:
    now = datetime.now(UTC)
    late = [lease.name for lease in Lease.objects.filter(name__startswith="worker.") if now - lease.beat_at > LAG]
    if not Lease.objects.filter(name__startswith="worker.").exists():
        return Finding("worker", "warn", "has never run", "nenrin worker, or nenrin serve --with-worker")
    if late:
        return Finding("worker", "warn", f"no round for five minutes: {', '.join(sorted(late))}", "start nenrin worker")
    return Finding("worker", "ok", "every loop ran within five minutes")


def disk() -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    says = f"{free / 1e9:.1f} GB free in {settings.HOME}"
    return Finding("disk", "ok", says) if free > FREE_BYTES else Finding("disk", "fail", says, "free some space")


CHECKS: tuple[Callable[[], Finding], ...] = (
    *(sqlite_version, migrations, organisation, chain, tail, law, set_aside, loops),
    *(disk, backup, key, transport, sending),
)


@click.command()
@click.option("--json", "as_json", is_flag=True)
def command(as_json: bool) -> None:
    """Check this installation and say what to mend. Status 1 where something fails."""
    findings = [_safely(check) for check in CHECKS]
    if as_json:
        say_json({"version": __version__, "home": str(settings.HOME), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.state]}  {finding.check:<13} {finding.says}")
            if finding.remedy:
                click.echo(f"      {'':<13} -> {finding.remedy}")
    if any(finding.state == "fail" for finding in findings):
        raise SystemExit(1)


def _safely(check: Callable[[], Finding]) -> Finding:
    """A check that cannot run is a finding too; the others still speak."""
    try:
        return check()
    except Exception as problem:
        return Finding(check.__name__, "fail", f"could not be checked: {problem}", "see the log")
