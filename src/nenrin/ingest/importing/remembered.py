"""Mappings remembered: the next file of the same source and kind finds its columns assigned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nenrin.ingest.files import mappings
from nenrin.ingest.files.mappings import BadMapping, FileMapping
from nenrin.ingest.models import RememberedMapping


def keep(source: str, kind: str, mapping: FileMapping, *, at: datetime) -> None:
    """Remember the last mapping used. Safe to repeat."""
    document = mappings.to_document(replace(mapping, before=()))
    RememberedMapping.objects.update_or_create(
        source=source, kind=kind, defaults={"document": document, "saved_at": at}
    )


def find(source: str, kind: str) -> FileMapping | None:
    """The mapping of the last file of this source and kind; None where there was none, or a version ago."""
    row = RememberedMapping.objects.filter(source=source, kind=kind).first()
    try:
        return replace(mappings.from_document(row.document), source=source, kind=kind) if row else None
    except BadMapping:
        return None
