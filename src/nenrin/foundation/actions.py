"""The kinds of journal entry: each registered once, with its sentence in both languages.

Apart from the journal itself, so that a room's `text.py` can be read before the tables are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Action:
    """A registered kind of entry: its sentence, and whether it carries personal data."""

    code: str
    sentence: Text
    is_personal: bool


class UnknownAction(LookupError):
    """The journal does not know this action: register it, with its sentence in both languages, in the room's text.py."""


_ACTIONS: dict[str, Action] = {}


def register(code: str, sentence: Text, *, personal: bool = False) -> Action:
    """Make an action known. The sentence's {placeholders} are filled from particulars and personal data."""
    if code in _ACTIONS:
        raise ValueError(f"{code} is registered already")
    _ACTIONS[code] = Action(code, sentence, personal)
    return _ACTIONS[code]


def actions() -> Mapping[str, Action]:
    return _ACTIONS
