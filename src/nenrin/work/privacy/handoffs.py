"""What handoffs say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import Handoff, HandoffItem, HandoffQuestion
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Handoff", "HandoffItem", "HandoffQuestion")
_OWN: Final = ("note", "fit_note")
_ITEM: Final = ("words", "reason")
_QUESTION: Final = ("words", "answer")


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """What handoffs say where they name one of these words (a name, addresses), as JSON holds it."""
    items = named.naming(HandoffItem.objects.all(), words, _ITEM).values("item", *_ITEM, "answered_at")
    questions = named.naming(HandoffQuestion.objects.all(), words, _QUESTION).values("item", *_QUESTION, "asked_at")
    notes = named.naming(Handoff.objects.all(), words, _OWN).values(*_OWN, "signed_on")
    return [*items, *questions, *notes]


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of handoffs and the journal's parts on them. Returns how many rows. Safe to repeat."""
    if not any(words):
        return 0
    with transaction.atomic():
        notes = list(named.naming(Handoff.objects.select_for_update(), words, _OWN))
        items = list(named.naming(HandoffItem.objects.select_for_update(), words, _ITEM))
        questions = list(named.naming(HandoffQuestion.objects.select_for_update(), words, _QUESTION))
        for note in notes:
            named.blank(note, _OWN, words)
            note.save(update_fields=_OWN)
        for item in items:
            named.blank(item, _ITEM, words)
            item.save(update_fields=_ITEM)
        for question in questions:
            named.blank(question, _QUESTION, words)
            question.save(update_fields=_QUESTION)
        about = {row.pk for row in notes} | {row.handoff_id for row in items} | {row.handoff_id for row in questions}
        named.forget_entries("handoff", sorted(about), at=at)
    return len(notes) + len(items) + len(questions)
