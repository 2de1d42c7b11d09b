"""What losses say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import Loss
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Loss",)
_TEXTS: Final = ("competitor", "words")


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The losses that name one of these words (a name, addresses), as JSON holds them."""
    return list(named.naming(Loss.objects.all(), words, _TEXTS).values(*_TEXTS, "decided_on", "interviewed_on"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of losses and the journal's parts on them. Returns how many. Safe to repeat."""
    if not any(words):
        return 0
    with transaction.atomic():
        rows = list(named.naming(Loss.objects.select_for_update(), words, _TEXTS))
        for row in rows:
            named.blank(row, _TEXTS, words)
            row.version, row.changed_at = row.version + 1, at
            row.save()
        named.forget_entries("loss", [row.pk for row in rows], at=at)
    return len(rows)
