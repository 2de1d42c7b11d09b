"""The address to which a member copies mails: it names them, and nobody can guess another's.

`timeline+7.k3v9...@nenrin.example.jp`: the member's number, and a mark made with the home's own key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from nenrin.foundation.mail import addresses
from nenrin.foundation.models import Member

MARK = 20


def of(member: Member) -> str:
    """Where this member sends copies to; empty where the installation receives no mail (NENRIN_RECEIVE_ADDRESS)."""
    name, _, domain = settings.RECEIVE_ADDRESS.partition("@")
    return f"{name}+{member.pk}.{_mark(member.pk)}@{domain}" if name and domain else ""


def member_of(recipients: Iterable[str]) -> Member | None:
    """The active member whose address is among these."""
    for recipient in recipients:
        number, _, mark = _tag(recipient).partition(".")
        if number.isascii() and number.isdigit() and len(number) < 12 and hmac.compare_digest(mark, _mark(int(number))):
            return Member.objects.filter(pk=int(number), is_active=True).first()
    return None


def is_ours(address: str) -> bool:
    """Is this the installation's own address, whoever's?"""
    name, _, domain = settings.RECEIVE_ADDRESS.lower().partition("@")
    local, _, where = address.lower().partition("@")
    return bool(name) and where == domain and local.partition("+")[0] == name


def _tag(recipient: str) -> str:
    return recipient.strip().lower().rpartition("@")[0].partition("+")[2]


def _mark(number: int) -> str:
    return hmac.new(addresses.secret(), f"timeline:{number}".encode(), hashlib.sha256).hexdigest()[:MARK]
