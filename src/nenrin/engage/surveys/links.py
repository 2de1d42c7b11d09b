"""The link of one person's survey: its number under a seal of 128 bits. Nothing secret is stored, nothing can be guessed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

from django.conf import settings

from nenrin.engage.models import SurveyAsk
from nenrin.foundation.mail import addresses
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import PARTS, MailState

_WIDE: Final = 8
#: A link as it stands in a mail, with its score.
IN_WORDS: Final = re.compile(r"(?:https?://[^\s\"<>]*?)?/survey/[A-Za-z0-9_-]{32}(?:\?score=\d+)?")
#: States of a mail that nobody tried to hand over yet, or ever will.
_UNSENT: Final = (MailState.DRAFT, MailState.QUEUED, *PARTS["suppressed"])


def token(key: int) -> str:
    said = key.to_bytes(_WIDE, "big")
    return base64.urlsafe_b64encode(said + _seal(said)).decode().rstrip("=")


def find(told: str) -> SurveyAsk | None:
    """The survey that a link opens; None for one that we did not make, or whose mail nobody can have got: whoever reads a
    draft answers for nobody."""
    if not told.isascii() or len(told) != len(token(0)):
        return None
    try:
        raw = base64.b64decode(told + "=" * (-len(told) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, seal = raw[:_WIDE], raw[_WIDE:]
    if len(seal) != 16 or not hmac.compare_digest(seal, _seal(said)) or token(int.from_bytes(said, "big")) != told:
        return None
    row = SurveyAsk.objects.filter(pk=int.from_bytes(said, "big")).select_related("account", "contact").first()
    return None if row is None or Mail.objects.filter(pk=row.mail or 0, state__in=_UNSENT, attempts=0).exists() else row


def address(key: int, score: int | None = None) -> str:
    chosen = "" if score is None else f"?score={score}"
    return f"{settings.BASE_URL}/survey/{token(key)}{chosen}"


def _seal(said: bytes) -> bytes:
    return hmac.new(addresses.secret(), b"survey:" + said, hashlib.sha256).digest()[:16]
