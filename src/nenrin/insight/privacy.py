"""Notes of pulses may name people of the customer: to hand over, and to forget."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import PersonalPart
from nenrin.insight.models import Pulse

#: The models with personal data that this exporter and this eraser answer for.
COVERS = ("Pulse",)


def exported(contact: Contact) -> dict[str, Any]:
    """Notes at the contact's account that name the contact, as JSON holds them."""
    return {"pulses": [{"at": pulse.at, "note": pulse.note} for pulse in _naming(contact)]}


def erase(contact: Contact, *, by: Actor, at: datetime) -> None:
    """Empty the notes that name the contact, in the table and in the journal; grades stay. Safe to repeat.

    Called before the contact's own name is gone; that eraser records the erasure.
    """
    with transaction.atomic():
        keys = [pulse.pk for pulse in _naming(contact)]
        Pulse.objects.filter(pk__in=keys).update(note="")
        parts = PersonalPart.objects.filter(
            entry__references__kind="pulse", entry__references__key__in=[str(key) for key in keys]
        )
        PersonalPart.objects.filter(pk__in=list(parts.values_list("pk", flat=True))).update(payload={}, erased_at=at)


def _naming(contact: Contact) -> list[Pulse]:
    family = contact.name.replace("　", " ").split(" ")[0]
    noted = Pulse.objects.filter(account=contact.account_id).exclude(note="")
    return [pulse for pulse in noted if family and family in pulse.note]
