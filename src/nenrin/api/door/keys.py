"""Where a request carries its write key, in the order in which the places are believed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from django.http import HttpRequest

from nenrin.ingest.sources import Sender, sender


def from_header(meta: Mapping[str, str]) -> str:
    """The key in `Authorization: Basic`: the user name, with or without the colon; or empty."""
    scheme, _, value = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip() + "==", validate=False).decode().partition(":")[0].strip()
    except (binascii.Error, ValueError):
        return ""


def secret_in_header(meta: Mapping[str, str]) -> str:
    """A secret that may stand beside a public key: a bearer token, or the part after X-Write-Key's colon."""
    scheme, _, value = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return meta.get("HTTP_X_WRITE_KEY", "").partition(":")[2].strip()


def find(request: HttpRequest, in_body: object) -> tuple[str, Sender | None]:
    """The key that counts and the source behind it, or None for a stranger's. Raises sources.SourcesUnavailable.

    A bearer token counts only where it is one of our keys: from clients with OAuth it is not, and then the key in the
    body counts before any other header.
    """
    meta = request.META
    secret = secret_in_header(meta)
    trusted = sender(secret) if secret else None
    if trusted is not None:
        return secret, trusted
    places = [from_header(meta), meta.get("HTTP_X_WRITE_KEY", "").partition(":")[0].strip(), _text(in_body)]
    if meta.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer ":
        places.reverse()
    key = next(filter(None, places), "") or _in_query(request) or secret
    return key, sender(key) if key else None


def _text(value: object) -> str:
    return value.partition(":")[0].strip() if isinstance(value, str) else ""


def _in_query(request: HttpRequest) -> str:
    if not request.META.get("QUERY_STRING"):
        return ""
    for name in ("writeKey", "write_key", "api_key", "token"):
        if request.GET.get(name):
            return request.GET[name]
    return ""
