"""What success plans say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import PlanEdition, PlanMilestone, PlanObjective, PlanReview, PlanTemplate, SuccessPlan
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("SuccessPlan", "PlanObjective", "PlanMilestone", "PlanEdition", "PlanReview", "PlanTemplate")
_PLAN: Final = ("title", "success", "usage_reason", "agreed_with", "close_words")
_OBJECTIVE: Final = ("title", "figure", "evidence", "evidence_url")
_MILESTONE: Final = ("title", "evidence", "evidence_url")
_REVIEW: Final = ("words",)
_EDITION: Final = ("agreed_with",)

_TEXTS: Final = {PlanObjective: _OBJECTIVE, PlanMilestone: _MILESTONE, PlanReview: _REVIEW}


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """What plans say where they name one of these words (a name, addresses), as JSON holds it."""
    return [
        *named.naming(SuccessPlan.objects.all(), words, _PLAN).values(*_PLAN, "created_at"),
        *named.naming(PlanObjective.objects.all(), words, _OBJECTIVE).values(*_OBJECTIVE),
        *named.naming(PlanMilestone.objects.all(), words, _MILESTONE).values(*_MILESTONE),
        *named.naming(PlanReview.objects.all(), words, _REVIEW).values(*_REVIEW, "on"),
        *named.naming(PlanEdition.objects.all(), words, (*_EDITION, "document")).values("document", "agreed_on"),
    ]


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of plans, editions, templates and the journal's parts on them. Returns how many rows.

    Safe to repeat.
    """
    if not any(words):
        return 0
    with transaction.atomic():
        plans = list(named.naming(SuccessPlan.objects.select_for_update(), words, _PLAN))
        for plan in plans:
            named.blank(plan, _PLAN, words)
            plan.save(update_fields=_PLAN)
        about = {plan.pk for plan in plans}
        count = len(plans)
        objectives = list(named.naming(PlanObjective.objects.select_for_update(), words, _OBJECTIVE))
        milestones = list(named.naming(PlanMilestone.objects.select_for_update(), words, _MILESTONE))
        reviews = list(named.naming(PlanReview.objects.select_for_update(), words, _REVIEW))
        parts: list[PlanObjective | PlanMilestone | PlanReview] = [*objectives, *milestones, *reviews]
        for row in parts:
            texts = _TEXTS[type(row)]
            named.blank(row, texts, words)
            row.save(update_fields=texts)
        about |= {row.plan_id for row in parts}
        count += len(parts)
        editions = _editions(words)
        named.forget_entries("plan", sorted(about | {row.plan_id for row in editions}), at=at)
    return count + len(editions) + _templates(words)


def _editions(words: Sequence[str]) -> list[PlanEdition]:
    rows = list(named.naming(PlanEdition.objects.select_for_update(), words, (*_EDITION, "document")))
    for row in rows:
        named.blank(row, _EDITION, words)
        row.document = named.blanked(row.document, words)
        row.save(update_fields=["document", *_EDITION])
    return rows


def _templates(words: Sequence[str]) -> int:
    rows = list(named.naming(PlanTemplate.objects.select_for_update(), words, ("name", "document")))
    for row in rows:
        named.blank(row, ("name",), words)
        row.document = named.blanked(row.document, words)
        row.save(update_fields=["name", "document"])
    return len(rows)
