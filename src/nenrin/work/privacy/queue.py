"""Why our people put a proposal off or away: to hand over and to forget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.foundation.models import PersonalPart
from nenrin.work.models.queue import QueueAnswer

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("QueueAnswer",)
ERASED: Final = "—"


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The answers that name one of these words (a name, addresses), as JSON holds them."""
    return list(_naming(words).values("state", "words", "headline", "at"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of reasons and headlines, and out of the journal's personal parts; the answers stay.

    Returns how many answers it touched. Safe to repeat.
    """
    if not any(words):
        return 0
    named = re.compile("|".join(re.escape(word) for word in words if word), re.IGNORECASE)
    with transaction.atomic():
        rows = list(_naming(words).select_for_update())
        for row in rows:
            row.words = named.sub(ERASED, row.words)
            row.headline = {language: named.sub(ERASED, said) for language, said in row.headline.items()}
            row.save(update_fields=["words", "headline"])
        about = PersonalPart.objects.filter(
            entry__references__kind="deed", entry__references__key__in=[row.deed for row in rows]
        )
        PersonalPart.objects.filter(pk__in=list(about.values_list("pk", flat=True))).update(payload={}, erased_at=at)
    return len(rows)


def _naming(words: Sequence[str]) -> Any:  # Any: the queryset type of a manager is not spelt out
    found = Q(pk__in=[])
    for word in filter(None, words):
        found |= Q(words__icontains=word) | Q(headline__en__icontains=word) | Q(headline__ja__icontains=word)
    return QueueAnswer.objects.filter(found)
