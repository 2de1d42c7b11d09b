"""What pulses, overrides and hard events raised by hand have in common: they are facts, with an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from nenrin.foundation import organisation


class NoReason(ValueError):
    """Say why: whoever reads the score later needs the reason."""


class EndsBeforeItBegins(ValueError):
    """The end must be a later day than today, and at most a year away."""


def end(expires_on: date | None, at: datetime, *, longest: int) -> date | None:
    """The end as given, if it is one. Raises EndsBeforeItBegins."""
    if expires_on is not None and not 0 < (expires_on - organisation.today(at)).days <= longest:
        raise EndsBeforeItBegins(EndsBeforeItBegins.__doc__)
    return expires_on


def fact(kind: str, key: object, account: int, body: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A fact for the lake, true from the day it was said."""
    said = {"kind": kind, "key": str(key), "account": account, "body": dict(body)}
    return {"fact": {**said, "valid_at": organisation.today(at)}}


def gone(kind: str, key: object, account: int) -> dict[str, Any]:
    return {"fact": {"kind": kind, "key": str(key), "account": account, "body": {}, "gone": True}}
