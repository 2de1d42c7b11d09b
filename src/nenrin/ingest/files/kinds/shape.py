"""What a kind of import declares: its fields, what identifies a row, the verb it calls and how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from nenrin.foundation.actors import Actor
from nenrin.ingest.facts.knowing import Knowing
from nenrin.ingest.files.fields import Field
from nenrin.ingest.files.mappings import FileMapping
from nenrin.ingest.files.records import Problem, Record
from nenrin.values import Text

OutcomeWord = Literal["created", "updated", "unchanged", "rejected"]


@dataclass(frozen=True, slots=True)
class Context:
    """Who imports what, when, and as what. `is_rehearsal`: the caller rolls everything back; touch no other store."""

    by: Actor
    at: datetime
    today: date
    zone: ZoneInfo
    knowing: Knowing
    mapping: FileMapping
    currency: str = "JPY"
    is_rehearsal: bool = False
    began_at: datetime | None = None  # when the import that is taken back began

    @property
    def namespace(self) -> str:
        return self.mapping.namespace


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row. `subject` and `version` are of what it wrote; `before` what the changed fields were."""

    number: int
    outcome: OutcomeWord
    subject: int = 0
    version: int = 0
    before: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Footprint:
    """What an imported row left behind, for taking it back."""

    number: int
    outcome: str  # "created" or "updated"
    subject: int
    version: int
    before: Mapping[str, object]


#: Row numbers that stay because a later edit stands on them.
Kept = set[int]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `put` and `undo` run inside the caller's transaction, on at most 500 rows.

    `identity` is what makes two rows the same thing; empty where a row stands for itself. `prepare` runs once, before
    the first row. `undo` is None where what was written is not taken back.
    """

    key: str
    name: Text
    fields: tuple[Field, ...]
    identity: Callable[[Record], str]
    identity_fields: tuple[str, ...]
    put: Callable[[Sequence[Record], Context], list[Result]]
    undo: Callable[[Sequence[Footprint], Context], Kept] | None = None
    prepare: Callable[[Context], None] | None = None
    has_attributes: bool = False

    def field_named(self, key: str) -> Field | None:
        return next((of for of in self.fields if of.key == key), None)


def refused(record: Record, column: str, value: str, expected: Text) -> Result:
    return Result(record.number, "rejected", problems=(Problem(column, value, expected),))
