"""Addresses: one form for comparing, and a keyed hash by which an address is known without being kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from nenrin.foundation import keys

FILE: Final = "links.key"
LONGEST: Final = 254


@dataclass(frozen=True, slots=True)
class Address:
    email: str
    name: str = ""


def normal(email: str) -> str:
    """NFKC, lower case, without spaces round it: what two spellings of one mailbox have in common.

    >>> normal(" Ｔanaka@Example.CO.JP ")
    'tanaka@example.co.jp'
    """
    return unicodedata.normalize("NFKC", email).strip().casefold()


def is_valid(email: str) -> bool:
    """Could a mail be sent there? The form alone is looked at.

    >>> is_valid("tanaka@example.co.jp"), is_valid("tanaka@example"), is_valid("a@b.co\\nBcc: x@y.co")
    (True, False, False)
    """
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= LONGEST


def domain(email: str) -> str:
    return "@" + normal(email).rpartition("@")[2]


def key(email: str) -> str:
    """The address's keyed hash; for "@domain" the domain's. It outlives the address, which may have to be forgotten."""
    return hmac.new(secret(), b"address:" + normal(email).encode(), hashlib.sha256).hexdigest()


def secret() -> bytes:
    """The key of hashes and of links in mails. It must not change: NENRIN_LINKS_KEY, else a file in the home."""
    told = os.environ.get("NENRIN_LINKS_KEY", "")
    return (told or keys.lines(Path(settings.HOME) / FILE, lambda: secrets.token_urlsafe(48))[0]).encode()
