"""What the components of templates/components take: frozen records, so that a page says what it shows in Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from nenrin.values import Text

Words = Text | str


@dataclass(frozen=True, slots=True)
class Fact:
    """One named number of a strip. `value` and `note` are plain words or already marked up (SafeString);
    `key` names a term of definitions.py, or `meaning` explains the label in place."""

    label: Words
    value: Words | None
    note: Words = ""
    key: str = ""
    meaning: Words = ""
    at: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    label: Words
    url: str
    is_here: bool = False
    count: int | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the address without it."""

    field: Words
    value: Words
    off_url: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline; kind "score" is drawn in the accent."""

    title: Words
    at: datetime
    body: Words = ""
    by: Words = ""
    kind: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    title: Words
    state: Literal["done", "current", "open"] = "open"
    text: Words = ""
    url: str = ""
    action: Words = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as a row: `url` answers the same fragment, and is polled while it runs."""

    key: str
    label: Words
    done: int
    total: int | None
    is_running: bool
    seconds_left: float | None = None
    url: str = ""
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field on which two people's edits differ."""

    field: Words
    theirs: Words
    mine: Words
