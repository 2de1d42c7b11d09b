"""Imports: a file uploaded, its columns assigned, checked without writing, written, and taken back if need be.

Each verb moves an import one state on and leaves the work to `work`, which claims, does a bounded part and commits
what it did together with how far it came: killed anywhere, the next worker goes on at the row after the last one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.mappings import FileMapping
from nenrin.ingest.files.tables import Reading, Table
from nenrin.ingest.importing import remembered, rounds
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State
from nenrin.values import Text

#: Larger files are refused before their upload ends: about five million rows.
LARGEST_FILE: Final = 1_000_000_000
_FOLDER = "imports"

work = rounds.work
work_on = rounds.work_on


class TooLarge(ValueError):
    """The file is larger than can be imported at once: split it."""


class UnknownKind(ValueError):
    """Files of this kind cannot be imported: accounts, contacts, subscriptions, tickets, answers, costs or events."""


class WrongState(ValueError):
    """The import is not in a state in which this can be done; look at it again."""


class NotUndoable(ValueError):
    """Product events stay in the event lake once they are there: set their names to "ignore" in the event catalogue."""


def upload(
    kind: str,
    *,
    source: str,
    name: str,
    content: Iterable[bytes],
    by: Actor,
    at: datetime,
    member: Member | None = None,
) -> Import:
    """Keep a file on the disk and propose a mapping: the one remembered for this source and kind, else by names.

    Raises UnknownKind, TooLarge and safety.Refused; then nothing was kept. Journal: ingest.import.uploaded.
    """
    if kind not in KINDS:
        raise UnknownKind(f"{kind!r}: one of {', '.join(KINDS)}")
    path, size, digest = _stored(content)
    try:
        safety.form_of(path)
        mapping = _proposed(kind, source, path)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    with transaction.atomic():
        made = Import.objects.create(
            kind=kind, source=source.strip()[:80] or "file", name=Path(name).name[:200] or "file", size=size, digest=digest,
            path=str(path.relative_to(settings.MEDIA_ROOT)), mapping=mappings.to_document(mapping), member=member, created_at=at,
        )  # fmt: skip
        _note("uploaded", made, by, at, kind=kind)
    return made


def _stored(content: Iterable[bytes]) -> tuple[Path, int, str]:
    """Write the content under a name nobody can guess; an unfinished file is removed."""
    folder = Path(settings.MEDIA_ROOT) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, size, digest = folder / secrets.token_hex(16), 0, hashlib.sha256()
    try:
        with path.open("xb") as file:
            for chunk in content:
                size += len(chunk)
                if size > LARGEST_FILE:
                    raise TooLarge(f"larger than {LARGEST_FILE:,} bytes")
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, size, digest.hexdigest()


def _proposed(kind: str, source: str, path: Path) -> FileMapping:
    """Remembered where its columns are all in this file; a header that cannot be read is the mapping page's matter."""
    before = remembered.find(source, kind)
    try:
        table = tables.opened(path, before.reading if before else Reading())
    except tables.BadHeader:
        return FileMapping(kind=kind, source=source, fields={})
    if before and before.columns() <= set(table.header):
        return before
    return mappings.suggested(kind, KINDS[kind].fields, table.header, source=source)


def file_of(row: Import) -> Path:
    return Path(settings.MEDIA_ROOT) / row.path


def table_of(row: Import, mapping: FileMapping | None = None) -> Table:
    """The file, read as the mapping says. Raises safety.Refused and tables.BadHeader."""
    return tables.opened(file_of(row), (mapping or mapping_of(row)).reading)


def mapping_of(row: Import) -> FileMapping:
    return mappings.from_document(row.mapping)


def assign(row: Import, mapping: FileMapping, *, by: Actor, at: datetime) -> Import:
    """Set the mapping, if it fits the file, and remember it for the next file of this source and kind.

    Raises mappings.BadMapping, tables.BadHeader, safety.Refused, WrongState.
    """
    table = tables.opened(file_of(row), mapping.reading)
    mappings.checked(mapping, KINDS[row.kind].fields, table.header)
    before = (State.UPLOADED, State.MAPPED, State.CHECKED, State.FAILED, State.CANCELLED)
    with transaction.atomic():
        _moved(
            row,
            before,
            State.MAPPED,
            mapping=mappings.to_document(mapping),
            header=list(table.header),
            **rounds.FRESH,
        )
        row.rejects.all().delete()
        remembered.keep(row.source, row.kind, mapping, at=at)
    return row


def check(row: Import, *, by: Actor, at: datetime) -> Import:
    """Ask for a dry run: every row is read and tried, nothing is kept but what would be refused. Raises WrongState."""
    with transaction.atomic():
        _moved(
            row,
            (State.MAPPED, State.CHECKED),
            State.CHECKING,
            started_at=at,
            finished_at=None,
            **rounds.FRESH,
        )
        row.rejects.all().delete()
    return row


def start(row: Import, *, by: Actor, at: datetime) -> Import:
    """Ask for the import itself. Raises WrongState. Journal: ingest.import.started."""
    with transaction.atomic():
        before = (State.MAPPED, State.CHECKED)
        _moved(row, before, State.RUNNING, started_at=at, finished_at=None, **rounds.FRESH)
        row.rejects.all().delete()
        row.rows.exclude(undone="").delete()  # what an earlier start wrote and was taken back since
        _note("started", row, by, at)
    return row


def resume(row: Import, *, by: Actor, at: datetime) -> Import:
    """Go on after the last row that was settled, or with taking back where that had begun; what was only checked stands
    mapped again. Raises WrongState. Journal: ingest.import.started."""
    with transaction.atomic():
        is_undone = row.rows.exclude(undone="").exists()
        state = State.UNDOING if is_undone else State.RUNNING if row.started_at else State.MAPPED
        _moved(row, (State.FAILED, State.CANCELLED), state, problem={}, finished_at=None, claimed_until=None)
        _note("started", row, by, at)
    return row


def cancel(row: Import, *, by: Actor, at: datetime) -> Import:
    """Stop; what is written stays and can be undone or resumed. Raises WrongState. Journal: ingest.import.cancelled."""
    with transaction.atomic():
        if row.state == State.CHECKING:
            _moved(row, (State.CHECKING,), State.MAPPED, claimed_until=None)
        else:
            _moved(row, (State.RUNNING,), State.CANCELLED, claimed_until=None, finished_at=at)
        _note("cancelled", row, by, at)
    return row


def undo(row: Import, *, by: Actor, at: datetime) -> Import:
    """Take back every row that nothing later stands on, known from now on. Raises NotUndoable, WrongState."""
    if KINDS[row.kind].undo is None:
        raise NotUndoable(row.kind)
    _moved(row, (State.DONE, State.CANCELLED, State.FAILED), State.UNDOING, claimed_until=None, problem={})
    return row


def discard(row: Import) -> None:
    """Delete the uploaded file; the record stays. Safe to repeat."""
    file_of(row).unlink(missing_ok=True)


def _moved(row: Import, before: tuple[State, ...], after: State, **columns: object) -> None:
    """One state on, if it still is in one of those before. Raises WrongState."""
    if not Import.objects.filter(pk=row.pk, state__in=before).update(state=after, **columns):
        row.refresh_from_db()
        raise WrongState(f"the import is {row.state}")
    row.refresh_from_db()


def _note(verb: str, row: Import, by: Actor, at: datetime, **particulars: object) -> None:
    told = {"name": row.name, **particulars}
    journal.record(f"ingest.import.{verb}", actor=by, at=at, subject=("import", row.pk), particulars=told)


def refusal_text(problem: Exception) -> Text:
    """What a refused file or mapping says, in both languages where it has them."""
    refusal = getattr(problem, "refusal", None)
    return refusal.text if refusal else Text(str(problem), str(problem))
