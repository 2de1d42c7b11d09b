"""Signatures by the Standard Webhooks specification: HMAC-SHA256 over "<id>.<timestamp>.<body>"."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
OCTETS: Final = 32


def new() -> str:
    """A new secret as it is shown: "whsec_" and 256 bits in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(OCTETS)).decode()


def signature(secret: str, message: str, at: datetime, body: str) -> str:
    """One signature, "v1,<base64>"."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    said = f"{message}.{int(at.timestamp())}.{body}".encode()
    return f"v1,{base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()}"


def headers(secrets_: Sequence[str], message: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers, with a signature for each live secret: whoever still has the old one accepts it too."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(secret, message, at, body) for secret in secrets_),
    }
