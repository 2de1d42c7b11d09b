"""What imported tickets, answers and rejected rows hold of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.foundation.models import PersonalPart
from nenrin.ingest.models import Answer, RejectedRow, Ticket

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Ticket", "Answer", "RejectedRow")
ERASED: Final = "—"


def exported(words: Sequence[str]) -> dict[str, Any]:
    """Everything that names one of these words (addresses, a name), as JSON holds it."""
    tickets = Ticket.objects.filter(_naming(words, "requester", "title"))
    answers = Answer.objects.filter(_naming(words, "respondent", "comment"))
    return {
        "tickets": list(tickets.values("key", "title", "requester", "opened_at", "url")),
        "answers": list(answers.values("key", "survey", "score", "respondent", "comment", "answered_at", "sent_on")),
        "rejected rows": [row.cells for row in _rejected(words)],
    }


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Forget a person in imported facts and in the journal's personal parts about them; scores and dates stay. The
    random word for who answered, all that the lake knows, belongs to nobody from then on.

    Returns how many rows it touched. Safe to repeat.
    """
    tickets = list(Ticket.objects.filter(_naming(words, "requester", "title")).values_list("pk", flat=True))
    answers = list(Answer.objects.filter(_naming(words, "respondent", "comment")).values_list("pk", flat=True))
    rejected = [row.pk for row in _rejected(words)]
    with transaction.atomic():
        Ticket.objects.filter(pk__in=tickets).update(requester="", title=ERASED, changed_at=at)
        Answer.objects.filter(pk__in=answers).update(respondent="", person="", comment="", changed_at=at)
        RejectedRow.objects.filter(pk__in=rejected).update(cells=[], problems=[])
        _forget_entries("ticket", tickets, at)
        _forget_entries("answer", answers, at)
    return len(tickets) + len(answers) + len(rejected)


def _naming(words: Sequence[str], *columns: str) -> Q:
    found = Q(pk__in=[])
    for word in filter(None, words):
        for column in columns:
            found |= Q(**{f"{column}__icontains": word})
    return found


def _rejected(words: Sequence[str]) -> list[RejectedRow]:
    """Cells are JSON, in which a word may stand escaped: looked through one by one."""
    wanted = [word.lower() for word in words if word]
    rows = RejectedRow.objects.iterator(1000)
    return [row for row in rows if any(word in str(cell).lower() for cell in row.cells for word in wanted)]


def _forget_entries(kind: str, ids: Sequence[int], at: datetime) -> None:
    about = PersonalPart.objects.filter(
        entry__references__kind=kind, entry__references__key__in=[str(pk) for pk in ids]
    )
    PersonalPart.objects.filter(pk__in=list(about.values_list("pk", flat=True))).update(payload={}, erased_at=at)
