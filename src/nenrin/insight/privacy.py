"""Notes of pulses and comments on the dashboard may name people of the customer: to hand over, and to forget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import PersonalPart
from nenrin.insight.models import BoardComment, Pulse

#: The models with personal data that this exporter and this eraser answer for.
COVERS = ("Pulse", "BoardComment")
ERASED: Final = "—"


def exported(contact: Contact) -> dict[str, Any]:
    """Notes at the contact's account and comments that name the contact, as JSON holds them."""
    return {
        "pulses": [{"at": pulse.at, "note": pulse.note} for pulse in _naming(contact)],
        "board_comments": [{"at": row.written_at, "words": row.words} for row in _commenting(contact)],
    }


def erase(contact: Contact, *, by: Actor, at: datetime) -> None:
    """Empty the notes and comments that name the contact, in the tables and in the journal; grades stay. Safe to repeat.

    Called before the contact's own name is gone; that eraser records the erasure.
    """
    with transaction.atomic():
        pulses = [pulse.pk for pulse in _naming(contact)]
        Pulse.objects.filter(pk__in=pulses).update(note="")
        _forget("pulse", pulses, at)
        said = [row.pk for row in _commenting(contact)]
        BoardComment.objects.filter(pk__in=said).update(words=ERASED)
        _forget_comments(contact, at)


def _forget(kind: str, keys: Iterable[int], at: datetime) -> None:
    parts = PersonalPart.objects.filter(
        entry__references__kind=kind, entry__references__key__in=[str(key) for key in keys]
    )
    PersonalPart.objects.filter(pk__in=list(parts.values_list("pk", flat=True))).update(payload={}, erased_at=at)


def _forget_comments(contact: Contact, at: datetime) -> None:
    """The journal keeps what was taken back, too."""
    parts = PersonalPart.objects.filter(entry__action="insight.comment.written", erased_at__isnull=True)
    named = [part.pk for part in parts if _names(contact, str(part.payload.get("words", "")))]
    PersonalPart.objects.filter(pk__in=named).update(payload={}, erased_at=at)


def _naming(contact: Contact) -> list[Pulse]:
    family = _family(contact)
    noted = Pulse.objects.filter(account=contact.account_id).exclude(note="")
    return [pulse for pulse in noted if family and family in pulse.note]


def _commenting(contact: Contact) -> list[BoardComment]:
    """Comments belong to no account."""
    family = _family(contact)
    found = BoardComment.objects.filter(words__contains=family) if family else BoardComment.objects.none()
    return [row for row in found if _names(contact, row.words)]


def _names(contact: Contact, words: str) -> bool:
    """By the whole name, or by the one part that there is beside the account's name."""
    family = _family(contact)
    if not family or family not in words:
        return False
    is_whole = len(contact.name.split()) > 1 and _joined(contact.name) in _joined(words)
    return is_whole or contact.account.name in words


def _family(contact: Contact) -> str:
    return contact.name.replace("　", " ").split(" ")[0]


def _joined(words: str) -> str:
    """Without spaces, as names are written with and without."""
    return "".join(words.split())
