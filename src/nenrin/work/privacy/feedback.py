"""What feedback to sales says of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import Feedback
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Feedback",)
_TEXTS: Final = ("words", "outcome_words")


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The feedback that names one of these words (a name, addresses), as JSON holds it."""
    return list(named.naming(Feedback.objects.all(), words, _TEXTS).values(*_TEXTS, "kind", "written_at"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of feedback and the journal's parts on it. Returns how many. Safe to repeat."""
    if not any(words):
        return 0
    with transaction.atomic():
        rows = list(named.naming(Feedback.objects.select_for_update(), words, _TEXTS))
        for row in rows:
            named.blank(row, _TEXTS, words)
            row.version, row.changed_at = row.version + 1, at
            row.save()
        named.forget_entries("feedback", [row.pk for row in rows], at=at)
    return len(rows)
