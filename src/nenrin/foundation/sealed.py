"""Secrets at rest: sealed with a key that is not in the database (Fernet: AES-128-CBC with HMAC-SHA256).

Every sealed value names its key, so that keys can be changed while old values still open. The keys are lines of
`sealing.key` in the home, or of NENRIN_SEALING_KEYS, the one in use first.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from nenrin.foundation import keys

FILE: Final = "sealing.key"
_MARK: Final = "v1"


class CannotOpen(ValueError):
    """The key that closed this secret is not there any more, or the value was changed: enter the secret again."""


def seal(plain: str) -> str:
    """The value closed with the key in use; nothing stays nothing.

    "v1:<key id>:<token>"
    """
    if not plain:
        return ""
    key = _keys()[0]
    return f"{_MARK}:{_name(key)}:{Fernet(key).encrypt(plain.encode()).decode()}"


def unseal(value: str) -> str:
    """What was sealed. Raises CannotOpen."""
    if not value:
        return ""
    mark, _, rest = value.partition(":")
    name, _, token = rest.partition(":")
    key = next((key for key in _keys() if _name(key) == name), None)
    if mark != _MARK or key is None:
        raise CannotOpen(f"no key {name or '?'} opens this secret: enter it again")
    try:
        return Fernet(key).decrypt(token.encode()).decode()
    except InvalidToken:
        raise CannotOpen("this secret was changed since it was sealed: enter it again") from None


def opens(value: str) -> bool:
    """Can what was sealed be opened here?"""
    try:
        unseal(value)
    except CannotOpen:
        return False
    return True


def is_current(value: str) -> bool:
    """Is it sealed with the key in use?"""
    return not value or value.split(":")[1:2] == [_name(_keys()[0])]


class KeysGiven(ValueError):
    """The keys come from NENRIN_SEALING_KEYS: put the new one first there, then run this without --rotate."""


def renew() -> str:
    """Make a new key, used from now on; returns its name. Values are sealed anew by whoever holds them.

    Raises KeysGiven where the environment gives the keys.
    """
    if os.environ.get("NENRIN_SEALING_KEYS"):
        raise KeysGiven(
            "the keys come from NENRIN_SEALING_KEYS: put the new one first there, then run without --rotate"
        )
    key = Fernet.generate_key().decode()
    keys.prepend(_file(), key)
    return _name(key)


def _file() -> Path:
    return Path(settings.HOME) / FILE


def _keys() -> list[str]:
    told = os.environ.get("NENRIN_SEALING_KEYS", "")
    if told:
        return [key.strip() for key in told.split(",") if key.strip()]
    return keys.lines(_file(), lambda: Fernet.generate_key().decode())


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]
