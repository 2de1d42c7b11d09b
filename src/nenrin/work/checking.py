"""What verbs of this room ask of words, days and addresses before they write anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.values import Text

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


def words(field: str, said: str, most: int, *, needed: bool = True) -> list[Fault]:
    """From 1 (or, where it may be empty, from 0) to `most` characters."""
    if (said.strip() or not needed) and len(said) <= most:
        return []
    least = 1 if needed else 0
    return [Fault(field, Text(f"from {least} to {most:,} characters", f"{least}〜{most:,}文字"), said[:80])]


def day(field: str, on: date | None, *, needed: bool = False) -> list[Fault]:
    """A day of this age of ours."""
    if on is None:
        return [Fault(field, Text("a day", "日付を指定"))] if needed else []
    return [] if EARLIEST <= on <= LATEST else [Fault(field, Text("a day from 1970 to 2199", "1970〜2199年の日付"), on)]


def address(field: str, url: str) -> list[Fault]:
    """Empty, or an address of the web: no other scheme may come behind a link of ours."""
    if not url:
        return []
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in ("http", "https") and parts.netloc and len(url) <= 500 and url.isprintable() and " " not in url:
        return []
    return [Fault(field, Text("an address that begins with https://", "https:// で始まるURL"), url[:80])]


def refuse(faults: Iterable[Fault]) -> None:
    """Raises Refused where there is any fault."""
    found = list(faults)
    if found:
        raise Refused(found)


def stand_at(subject: str, stands: int, asked: int | None, mine: dict[str, object], theirs: dict[str, object]) -> None:
    """Raises Conflict where the row has gone on since the version that was asked for."""
    if asked is not None and asked != stands:
        raise Conflict(subject, asked=asked, stands=stands, mine=mine, theirs=theirs)
