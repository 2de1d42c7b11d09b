"""What onboarding projects, their portal and its messages say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model

from nenrin.work.models.onboarding import OnboardingAttendance, OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding_portal import OnboardingFile, OnboardingMessage
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("OnboardingProject", "OnboardingStep", "OnboardingAttendance", "OnboardingMessage", "OnboardingFile")
#: Model, its columns of free words, and what the journal calls it.
_TEXTS: Final[tuple[tuple[type[Model], tuple[str, ...], str], ...]] = (
    (OnboardingProject, ("name", "note"), "onboarding"),
    (OnboardingStep, ("title_en", "title_ja", "note_en", "note_ja", "reason", "outcome"), "onboarding_step"),
    (OnboardingAttendance, ("name",), ""),
    (OnboardingMessage, ("body",), "onboarding_message"),
    (OnboardingFile, ("name",), "onboarding_file"),
)


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """Everything here that names one of these words (a name, addresses), as JSON holds it."""
    return [
        {"kind": model.__name__, **row}
        for model, columns, _ in _TEXTS
        for row in named.naming(model._default_manager.all(), words, columns).values(*columns)
    ]


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of projects, steps, messages and names of files, and out of the journal's parts on them.

    Steps, days and figures stay. Returns how many rows it touched. Safe to repeat.
    """
    if not any(words):
        return 0
    touched = 0
    with transaction.atomic():
        for model, columns, kind in _TEXTS:
            rows = list(named.naming(model._default_manager.select_for_update(), words, columns))
            for row in rows:
                named.blank(row, columns, words)
                row.save(update_fields=columns)
            if kind:
                named.forget_entries(kind, [row.pk for row in rows], at=at)
            touched += len(rows)
    return touched
