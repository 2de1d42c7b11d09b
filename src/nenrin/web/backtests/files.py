"""A backtest's card as a file: each figure with the place at which the card keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest

HEADS = (Text("Figure", "項目"), Text("Value", "値"))


def rows(card: Any, place: str = "") -> Iterator[list[Any]]:
    """Every figure of a card; what a list holds is numbered from 0, or named by its key.

    >>> list(rows({"auc": {"90": 0.8}, "slices": [{"key": "smb", "left": 3}, {"left": None}]}))
    [['auc.90', 0.8], ['slices.smb.left', 3], ['slices.1.left', '']]
    """
    if isinstance(card, Mapping):
        for name, value in card.items():
            if name != "key":
                yield from rows(value, f"{place}.{name}" if place else str(name))
    elif isinstance(card, list | tuple):
        for number, value in enumerate(card):
            own = value.get("key") if isinstance(value, Mapping) else None
            yield from rows(value, f"{place}.{own or number}")
    else:
        yield [place, "" if card is None else card]


def answer(request: MemberRequest, kind: str, name: str, card: Mapping[str, Any] | None, at: datetime) -> Any:
    """The file; no row where there is no card yet."""
    told, language = list(rows(card or {})), exports.language()
    exports.note(request, "backtest", len(told), {"backtest": name}, room="insight")
    return exports.answer(kind, f"backtest-{name}", [head.in_(language) for head in HEADS], told, at)
