"""What reasons for a change of stage say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import StageStay
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("StageStay",)
_TEXTS: Final = ("reason",)


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The reasons that name one of these words (a name, addresses), as JSON holds them."""
    return list(named.naming(StageStay.objects.all(), words, _TEXTS).values("stage", "since", *_TEXTS))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of reasons and the journal's parts on them. Returns how many. Safe to repeat."""
    if not any(words):
        return 0
    with transaction.atomic():
        rows = list(named.naming(StageStay.objects.select_for_update(), words, _TEXTS))
        for row in rows:
            named.blank(row, _TEXTS, words)
            row.save(update_fields=_TEXTS)
        named.forget_entries("stage_stay", [row.pk for row in rows], at=at)
    return len(rows)
