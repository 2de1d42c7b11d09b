"""What every kind of configuration can do: say what is live, take a document, put one away, tell what that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nenrin.foundation.actors import Actor
from nenrin.values import Text

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes a configuration in, when, and why."""

    by: Actor
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A draft that somebody works on: taking a document of its key would overwrite it."""

    document: Document
    author: str
    changed_at: datetime


def unpublished(row: Any, document: Document | None = None) -> Unpublished | None:  # Any: a version of any kind
    """What a stored draft says of itself; `document`: as its file would be, where the row has it otherwise."""
    if row is None:
        return None
    return Unpublished(document or row.document, row.author.name if row.author else "—", row.changed_at)


def as_it_is(document: Document, other: Document) -> Document:
    """Of kinds whose documents leave nothing open."""
    return document


def no_drafts(key: str) -> Unpublished | None:
    """Of kinds that are in use as soon as they are saved."""
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: a folder of files, each a document with its key.

    - `live()`: documents in use, by key. `take`: put one in use; raises one of `refusals` with every problem named.
    - `retire`: put away what is in use under a key; nothing where nothing is.
    - `effect`: what taking a document (None: putting it away) would change for accounts, in sentences.
    - `draft`: the unpublished draft under a key, as its file would be.
    - `filled`: a document with what it leaves open as it stands in another of its key.
    - `is_leant_on`: one that others name is not put away, so it goes after they have changed.
    """

    folder: str
    name: Text
    live: Callable[[], Mapping[str, Document]]
    take: Callable[[str, Document, Taking], None]
    retire: Callable[[str, Taking], None]
    effect: Callable[[str, Document | None, datetime], list[Text]]
    refusals: tuple[type[Exception], ...]
    draft: Callable[[str], Unpublished | None] = no_drafts
    filled: Callable[[Document, Document], Document] = as_it_is
    is_leant_on: bool = False


def nothing(key: str, document: Document | None, at: datetime) -> list[Text]:
    """Templates change no account: what they made already stays."""
    return []
