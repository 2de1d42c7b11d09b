"""Two-step sign-in as pages meet it: who is advised to set it up, and how its secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest

from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.web.navigation import organisation_of, own

#: How every Fernet token begins; no secret in base 32 does.
_TOKEN = "gAAAAA"


class Kept(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets of second steps lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Under another signing key than it was written with: a secret that nobody knows, so that no code fits."""
        if not encrypted_text.startswith(_TOKEN):
            return encrypted_text  # from before secrets were encrypted
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"nenrin.second-step" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def is_advised(request: HttpRequest) -> bool:
    """Should the pages ask this member to set it up? Administrators, who can do everything, until they have.

    Not in a demo, whose password stands on everybody's screen.
    """
    member = request.user
    if not isinstance(member, Member) or member.role != Role.ADMINISTRATOR:
        return False
    organisation = organisation_of(request)
    return organisation is not None and not organisation.is_demo and not own(request).has_second_step
