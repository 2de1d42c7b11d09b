"""What a kind of trigger is. Two shapes: those that hear of something, and those that find something true.

- `hears`: actions of the journal, and whether an entry is meant. Each entry is an occasion of its own.
- `finds`: the accounts for which it holds now, each with a token of what holds ("yes", or "2027-01-31:90" for a
  deadline). What held already is remembered, so that it fires once, on becoming true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from nenrin.analytics.conditions import Condition, Fields
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.values import Text

#: The token of what is simply true.
YES = "yes"


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a look: the instant, the organisation's day, the fields of conditions, and of which accounts (None: all)."""

    at: datetime
    today: date
    fields: Fields
    accounts: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Accounts for which it holds, with their tokens; `unsure` are those of which it is not known."""

    tokens: Mapping[int, str]
    unsure: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TriggerKind:
    """A kind of trigger: its fields, its sentence, and one of the two shapes."""

    key: str
    name: Text
    params: tuple[Param, ...]
    says: Callable[[Values, Setting, Fields], Text]
    hears: Callable[[Values], tuple[str, ...]] | None = None
    means: Callable[[Values, Entry], bool] = lambda values, entry: True
    finds: Callable[[Values, Now], Found] | None = None
    #: The condition behind it, where it is one: replays ask it of every past day.
    condition: Callable[[Values], Condition] | None = None
    hint: Text = field(default_factory=lambda: Text("", ""))
