"""Which model an account is judged by: the first, in the stated order, whose condition it matches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.kpis.catalogue import MEASURES
from nenrin.analytics.scores.frames import Frame
from nenrin.insight.configuration import Configuration

Column = NDArray[Any]
Hits = NDArray[np.bool_]

#: What a condition may ask of an account beside its measures.
WORDS = ("status", "tier", "touch_model", "stage", "industry", "region", "tags")


class UnknownField(ValueError):
    """A model's condition asks for something that is neither a word of the account nor a measure."""


def choose(
    configuration: Configuration, day: date, frame: Frame, words: Mapping[str, Column]
) -> NDArray[np.int64]:
    """The place of each row's model among the configuration's; -1 where no model takes it."""
    which = np.full(len(frame), -1, dtype=np.int64)
    for place in configuration.on(day):
        free = which < 0
        which[free & matches(configuration.models[place].applies_to, frame, words)] = place
    return which


def matches(condition: Mapping[str, Any] | None, frame: Frame, words: Mapping[str, Column]) -> Hits:
    """Rows for which a condition holds. None and an empty "all" hold for every row.

    Grammar: {"all": [...]}, {"any": [...]}, {"not": ...}, or {"field": name, "op": op, "value": value} with op one of
    is, is_not, in, not_in, above, at_least, below, at_most, missing, present. A missing measure never compares true.
    """
    if condition is None:
        return np.ones(len(frame), dtype=bool)
    if "all" in condition or "any" in condition:
        inner = condition.get("all", condition.get("any"))
        parts: Sequence[Hits] = [matches(part, frame, words) for part in inner or []]
        if not parts:
            return np.full(len(frame), "all" in condition)
        return np.asarray((np.logical_and if "all" in condition else np.logical_or).reduce(parts), dtype=bool)
    if "not" in condition:
        return ~matches(condition["not"], frame, words)
    return _holds(
        str(condition.get("field", "")), str(condition.get("op", "")), condition.get("value"), frame, words
    )


def _holds(field: str, op: str, value: Any, frame: Frame, words: Mapping[str, Column]) -> Hits:
    if field in frame.values:
        return _measured(frame.values[field], op, value)
    if field not in words:
        raise UnknownField(f"{field!r} is neither a measure nor one of {', '.join(WORDS)}")
    column = words[field]
    wanted = set(value) if isinstance(value, list | tuple) else {value}
    if field == "tags":
        hits = np.array([not wanted.isdisjoint(tags) for tags in column], dtype=bool)
    else:
        hits = np.isin(column, sorted(str(one) for one in wanted))
    return ~hits if op in ("is_not", "not_in") else hits


def problems(condition: Any) -> list[str]:
    """What is wrong with a condition, by place; empty where nothing is."""
    if condition is None:
        return []
    nobody = Frame(np.empty(0, np.int64), {key: np.empty(0) for key in MEASURES}, np.empty(0, dtype=str))
    try:
        matches(
            condition, nobody, {word: np.empty(0, dtype=object if word == "tags" else str) for word in WORDS}
        )
    except (UnknownField, TypeError, ValueError, AttributeError) as problem:
        return [f"applies_to: {problem}"]
    return []


_COMPARE: Mapping[str, Callable[[Column, Any], Any]] = {
    "above": np.greater,
    "at_least": np.greater_equal,
    "below": np.less,
    "at_most": np.less_equal,
    "is": np.equal,
}


def _measured(values: Column, op: str, value: Any) -> Hits:
    if op in ("missing", "present"):
        return np.asarray(np.isnan(values) == (op == "missing"), dtype=bool)
    if op not in _COMPARE:
        raise UnknownField(
            f"{op!r} is not a comparison of a measure: {', '.join(_COMPARE)}, missing, present"
        )
    with np.errstate(invalid="ignore"):
        return np.asarray(_COMPARE[op](values, float(value)), dtype=bool)
