"""Browsers from which a member has signed in before: their wrong passwords are counted apart from strangers'.

A stranger who tries passwords on somebody's address is slowed down where they are, and keeps nobody else out.
"""

from __future__ import annotations

import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from nenrin.foundation.models import Member

COOKIE: Final = "__Host-device" if settings.IS_SECURE else "device"
SECONDS: Final = 180 * 24 * 3600
_SALT: Final = "nenrin.device"


def remember(request: HttpRequest, response: HttpResponse, member: Member) -> None:
    """Note on the browser that this member signed in here; ends with their next password."""
    if known(request, member.email):
        return
    value = signing.dumps([member.pk, secrets.token_hex(8), _seal(member)], salt=_SALT)
    response.set_cookie(
        COOKIE, value, max_age=SECONDS, secure=settings.IS_SECURE, httponly=True, samesite="Lax", path="/"
    )


def known(request: HttpRequest, email: str) -> str:
    """The name of this browser if the member of this address has signed in on it, else nothing."""
    try:
        key, name, seal = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    member = Member.objects.filter(pk=key, email__iexact=email.strip(), is_active=True).first()
    return name if member and secrets.compare_digest(seal, _seal(member)) else ""


def _seal(member: Member) -> str:
    return member.get_session_auth_hash()[:16]
