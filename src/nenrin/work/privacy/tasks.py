"""What tasks and notices say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import Notice, Task
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Task", "Notice")
_TEXTS: Final = ("title", "body", "outcome", "reason", "snooze_reason")


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The tasks that name one of these words (a name, addresses), as JSON holds them."""
    rows = named.naming(Task.objects.all(), words, (*_TEXTS, "checklist", "why"))
    return list(rows.values(*_TEXTS, "checklist", "why", "created_at"))


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of tasks, notices and the journal's parts on them. Returns how many rows it touched.

    Safe to repeat.
    """
    if not any(words):
        return 0
    with transaction.atomic():
        tasks = list(named.naming(Task.objects.select_for_update(), words, (*_TEXTS, "checklist", "why")))
        for row in tasks:
            named.blank(row, _TEXTS, words)
            row.checklist, row.why = named.blanked(row.checklist, words), named.blanked(row.why, words)
            row.version, row.changed_at = row.version + 1, at
            row.save()
        notices = list(named.naming(Notice.objects.select_for_update(), words, ("text",)))
        for notice in notices:
            notice.text = named.blanked(notice.text, words)
            notice.save(update_fields=["text"])
        named.forget_entries("task", [row.pk for row in tasks], at=at)
    return len(tasks) + len(notices)
