"""What opportunities, proposals and candidates put away say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work.models import CandidateDismissal, Opportunity, Proposal
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Opportunity", "Proposal", "CandidateDismissal")
_TEXTS: Final = ("title", "next_step", "held_words", "declined_words", "outcome_words")
_PROPOSED: Final = ("benefit", "cases", "terms", "held_words", "answer_words")
_AWAY: Final = ("words",)


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """Rows that name one of these words (a name, addresses), as JSON holds them."""
    return [
        *named.naming(Opportunity.objects.all(), words, _TEXTS).values(*_TEXTS, "opened_at"),
        *named.naming(Proposal.objects.all(), words, _PROPOSED).values(*_PROPOSED, "proposed_on"),
        *named.naming(CandidateDismissal.objects.all(), words, _AWAY).values(*_AWAY, "at"),
    ]


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of all of them and the journal's parts on them. Returns how many. Safe to repeat."""
    if not any(words):
        return 0
    with transaction.atomic():
        rows = list(named.naming(Opportunity.objects.select_for_update(), words, _TEXTS))
        for row in rows:
            named.blank(row, _TEXTS, words)
            row.version, row.changed_at = row.version + 1, at
            row.save()
        proposed = list(named.naming(Proposal.objects.select_for_update(), words, _PROPOSED))
        for each in proposed:
            named.blank(each, _PROPOSED, words)
            each.save()
        put_away = list(named.naming(CandidateDismissal.objects.select_for_update(), words, _AWAY))
        for one in put_away:
            named.blank(one, _AWAY, words)
            one.save()
        about = {row.pk for row in rows} | {each.opportunity_id for each in proposed}
        named.forget_entries("opportunity", about, at=at)
        named.forget_entries("candidate", (f"{one.account_id}:{one.kind}" for one in put_away), at=at)
    return len(rows) + len(proposed) + len(put_away)
