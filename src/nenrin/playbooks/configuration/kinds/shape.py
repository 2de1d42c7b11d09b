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
class Kind:
    """One kind: a folder of files, each a document with its key.

    - `live()`: documents in use, by key. `take`: put one in use; raises one of `refusals` with every problem named.
    - `retire`: put away what is in use under a key; nothing where nothing is.
    - `effect`: what taking a document (None: putting it away) would change for accounts, in sentences.
    """

    folder: str
    name: Text
    live: Callable[[], Mapping[str, Document]]
    take: Callable[[str, Document, Taking], None]
    retire: Callable[[str, Taking], None]
    effect: Callable[[str, Document | None, datetime], list[Text]]
    refusals: tuple[type[Exception], ...]


def nothing(key: str, document: Document | None, at: datetime) -> list[Text]:
    """Templates change no account: what they made already stays."""
    return []
