"""What the tests of imports share: files on a disk, an import run to its end."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import imports
from nenrin.ingest.files import mappings
from nenrin.ingest.files.mappings import FileMapping
from nenrin.ingest.models import Import


def uploaded(kind: str, text: str | bytes, at: datetime, *, source: str = "crm", name: str = "rows.csv") -> Import:
    content = text.encode() if isinstance(text, str) else text
    return imports.upload(kind, source=source, name=name, content=[content], by=SYSTEM, at=at)


def run(row: Import, at: datetime, *, mapping: str | FileMapping | None = None, dry: bool = False) -> Import:
    """Assign (the proposed mapping where none is given), start, and work until it is over."""
    wanted = mappings.from_yaml(mapping) if isinstance(mapping, str) else mapping or imports.mapping_of(row)
    imports.assign(row, wanted, by=SYSTEM, at=at)
    (imports.check if dry else imports.start)(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    return row


def finish(at: datetime) -> None:
    while imports.work(at, holder="test"):
        pass


def imported(kind: str, text: str | bytes, at: datetime, *, mapping: str | None = None, source: str = "crm") -> Import:
    return run(uploaded(kind, text, at, source=source), at, mapping=mapping)


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.created, row.updated, row.unchanged, row.rejected
