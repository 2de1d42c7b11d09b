"""What our people wrote down of a person, to hand over and to forget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.foundation.models import PersonalPart
from nenrin.work.models import Touch

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Touch",)
ERASED: Final = "—"


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The entries that name one of these words (a name, addresses), as JSON holds them."""
    return list(_naming(words).values("channel", "title", "body", "happened_at"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of what was written, and out of the journal's personal parts; the contact itself stays.

    Returns how many entries it touched. Safe to repeat.
    """
    if not any(words):
        return 0
    named = re.compile("|".join(re.escape(word) for word in words if word), re.IGNORECASE)
    with transaction.atomic():
        rows = list(_naming(words).select_for_update())
        for row in rows:
            row.title, row.body = named.sub(ERASED, row.title), named.sub(ERASED, row.body)
            row.version, row.changed_at = row.version + 1, at
            row.save(update_fields=["title", "body", "version", "changed_at"])
        about = PersonalPart.objects.filter(
            entry__references__kind="touch", entry__references__key__in=[str(row.pk) for row in rows]
        )
        PersonalPart.objects.filter(pk__in=list(about.values_list("pk", flat=True))).update(payload={}, erased_at=at)
    return len(rows)


def _naming(words: Sequence[str]) -> Any:  # Any: the queryset type of a manager is not spelt out
    found = Q(pk__in=[])
    for word in filter(None, words):
        found |= Q(title__icontains=word) | Q(body__icontains=word)
    return Touch.objects.filter(found)
