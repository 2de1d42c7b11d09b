"""What our people wrote on a handover may name a person: to hand over and to forget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.customers.models.handover import Handover
from nenrin.foundation.models import PersonalPart

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Handover",)
ERASED: Final = "—"


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The handovers that name one of these words (a name, addresses), as JSON holds them."""
    return list(_naming(words).values("note", "answer", "proposed_at"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of notes and answers, and out of the journal's personal parts; the handover itself stays.

    Returns how many it touched. Safe to repeat.
    """
    if not any(words):
        return 0
    named = re.compile("|".join(re.escape(word) for word in words if word), re.IGNORECASE)
    with transaction.atomic():
        rows = list(_naming(words).select_for_update())
        for row in rows:
            row.note, row.answer = named.sub(ERASED, row.note), named.sub(ERASED, row.answer)
            row.save(update_fields=["note", "answer"])
        about = PersonalPart.objects.filter(
            entry__references__kind="handover", entry__references__key__in=[str(row.pk) for row in rows]
        )
        PersonalPart.objects.filter(pk__in=list(about.values_list("pk", flat=True))).update(payload={}, erased_at=at)
    return len(rows)


def _naming(words: Sequence[str]) -> Any:  # Any: the queryset type of a manager is not spelt out
    found = Q(pk__in=[])
    for word in filter(None, words):
        found |= Q(note__icontains=word) | Q(answer__icontains=word)
    return Handover.objects.filter(found)
