"""What we know of a contact, to hand over and to forget."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers import fields
from nenrin.customers.models import Contact
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import privacy as mails
from nenrin.foundation.models import Entry, PersonalPart

#: The models with personal data that this exporter and this eraser answer for.
COVERS = ("Contact", "ContactEmail")
ERASED = "—"


def exported(contact: Contact) -> dict[str, Any]:
    """Everything this room holds of a person, as JSON holds it: columns, addresses, journal sentences about them."""
    about = Entry.objects.filter(references__kind="contact", references__key=str(contact.pk)).select_related("personal")
    return {
        "contact": {name: getattr(contact, name) for name in fields.CONTACT},
        "account": contact.account.name,
        "emails": [email.address for email in contact.emails.all()],
        "keys": [contact.namespace, contact.key] if contact.key else [],
        "journal": [
            {"action": entry.action, "at": entry.recorded_at, "said": _personal(entry)}
            for entry in about.order_by("id")
        ],
    }


def _personal(entry: Entry) -> object:
    part = getattr(entry, "personal", None)
    return part.payload if part else {}


def erase(contact: Contact, *, by: Actor, at: datetime) -> None:
    """Forget a person: columns and addresses emptied, the journal's personal parts and their mails too; role and dates stay as figures.

    Safe to repeat. Journal: customers.contact.erased (which names nobody).
    """
    with transaction.atomic():
        row = Contact.objects.select_for_update().get(pk=contact.pk)
        if row.erased_at:
            return
        mails.erase([email.address for email in row.emails.all()], at=at, contact=row.pk)
        row.emails.all().delete()
        row.name = ERASED
        row.kana = row.title = row.department = row.phone = row.search = row.key = row.namespace = ""
        row.erased_at = row.archived_at = row.changed_at = at
        row.version += 1
        row.save()
        parts = PersonalPart.objects.filter(entry__references__kind="contact", entry__references__key=str(row.pk))
        PersonalPart.objects.filter(pk__in=list(parts.values_list("pk", flat=True))).update(payload={}, erased_at=at)
        subject = ("contact", row.pk)
        journal.record("customers.contact.erased", actor=by, at=at, account=row.account_id, subject=subject)
