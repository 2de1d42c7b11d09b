"""The fields that a kind of trigger or step has: declared once for the reader, the form and the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nenrin.values import Text

#: words: a text in both languages; several: some of the choices; numbers: whole numbers, the greatest first;
#: step: the key of an earlier step; condition: the one grammar of conditions.
Kind = Literal["text", "words", "number", "numbers", "choice", "several", "flag", "condition", "step"]
#: Closed sets that this installation fills.
Source = Literal["", "segments", "measures", "members", "attributes", "date_attributes", "events", "actions", "webhooks",
                 "templates", "tags", "limits"]  # fmt: skip
Choices = tuple[tuple[str, Text], ...]
#: What the fields of a kind hold, as its own parameters read it.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Param:
    """One field. `low` and `high` bound numbers; `lines` makes a text area; `default` stands where nothing was written."""

    key: str
    name: Text
    kind: Kind
    choices: Choices = ()
    source: Source = ""
    required: bool = True
    default: Any = None
    hint: Text | None = None
    low: float = 0
    high: float = 1_000_000
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """A closed set that only this installation knows, by source: what may be chosen, with its name."""

    choices: Mapping[Source, Choices]

    def of(self, param: Param) -> Choices:
        return tuple(self.choices.get(param.source, ())) if param.source else param.choices


def named(choices: Choices, key: object) -> Text:
    """The name of a choice; a choice that is gone reads as its key.

    >>> named((("a", Text("A", "あ")),), "a").ja
    'あ'
    """
    return next((name for known, name in choices if known == str(key)), Text(str(key), str(key)))


def listed(names: list[Text]) -> Text:
    """
    >>> listed([Text("red", "赤"), Text("blue", "青")]).en
    'red or blue'
    """
    return Text(" or ".join(name.en for name in names), "・".join(name.ja for name in names))
