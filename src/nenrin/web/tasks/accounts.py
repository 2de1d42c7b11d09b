"""An account as somebody types it into a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission

OFFERED = 500


def account_named(words: str, member: Member, permission: Permission) -> Account | None:
    """By its number (#12), its name, or a part of it that only one has; among those in the member's scope.

    None for nothing typed. Raises ValidationError.
    """
    said = words.strip()
    if not said:
        return None
    rows = Account.objects.for_member(member, permission).standing()
    number = said.removeprefix("#")
    by_number = number.isascii() and number.isdigit() and len(number) < 19
    found = rows.filter(pk=int(number)).first() if by_number else None
    found = found or rows.filter(name=said).first()
    if found is None:
        part = list(rows.filter(name__icontains=said)[:2])
        found = part[0] if len(part) == 1 else None
    if found is None:
        raise forms.ValidationError(_("No account, or more than one, has this name: write it out."))
    return found


def offered(member: Member, permission: Permission) -> list[str]:
    """Names that the browser offers while one types."""
    rows = Account.objects.for_member(member, permission).standing().order_by("name")
    return list(rows.values_list("name", flat=True)[:OFFERED])
