"""Taking an import back, from its last row to its first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.foundation import bulk
from nenrin.ingest.files import mappings
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.kinds.shape import Footprint
from nenrin.ingest.importing.chunks import context_of
from nenrin.ingest.models import Import

CHUNK: Final = 100
TAKEN: Final = "taken"
EDITED: Final = "edited"  # a later edit stands on it: it stays


def step(row: Import, at: datetime) -> int:
    """Take back the next rows in one transaction; returns how many were settled, 0 when none is left."""
    kind = KINDS[row.kind]
    if kind.undo is None:
        return 0
    with transaction.atomic():
        left = list(row.rows.filter(undone="").select_for_update().order_by("-number")[:CHUNK])
        if not left:
            return 0
        context = context_of(row, mappings.from_document(row.mapping), at)
        steps = [Footprint(each.number, each.outcome, each.subject, each.version, each.before) for each in left]
        kept = kind.undo(steps, context)
        for each in left:
            each.undone = EDITED if each.number in kept else TAKEN
        bulk.update(left, ["undone"])
    return len(left)
