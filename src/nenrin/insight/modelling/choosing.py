"""Which model an account is judged by: the first, in the stated order, whose condition it matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.conditions import All, Condition, Field, Is, Not, Op, Unreadable, parse, standard
from nenrin.analytics.conditions import Any as AnyOf
from nenrin.analytics.conditions.folding import folded
from nenrin.analytics.conditions.trees import leaves
from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.scores.frames import Frame
from nenrin.insight import measures
from nenrin.insight.modelling.configuration import Configuration
from nenrin.values import Text

Column = NDArray[Any]
Bits = NDArray[np.bool_]

#: What a condition may ask of an account beside its measures: what the lake knew of it on the day.
WORDS = ("status", "tier", "touch_model", "stage", "industry", "region", "tags")
FIELDS: Mapping[str, Field] = {key: field for key, field in standard().items() if key in WORDS or key in MEASURES}
#: How a condition names an attribute of the account; those of numbers only, as the lake evaluates them as measures.
ATTRIBUTE = "attribute."


@dataclass(frozen=True, slots=True)
class Truth:
    """Rows for which a condition holds, and rows for which it is known whether it does (missing is neither)."""

    holds: Bits
    known: Bits


def choose(configuration: Configuration, day: date, frame: Frame, words: Mapping[str, Column]) -> NDArray[np.int64]:
    """The place of each row's model among the configuration's; -1 where no model takes it."""
    which = np.full(len(frame), -1, dtype=np.int64)
    for place in configuration.on(day):
        document = configuration.models[place].applies_to
        hits = matches(All(()) if document is None else parse(document, _fields(document)), frame, words)
        which[(which < 0) & hits] = place
    return which


def problems(document: object) -> list[str]:
    """What is wrong with a model's condition, by place; empty where nothing is."""
    if document is None:
        return []
    try:
        condition = parse(document, _fields(document))
    except Unreadable as unreadable:
        return [f"applies_to.{problem.text.en}" for problem in unreadable.problems]
    asked = [measure_of(leaf.field) for leaf in leaves(condition) if leaf.field.startswith(ATTRIBUTE)]
    there = measures.usable() if asked else {}
    return [f"applies_to: attribute {key!r} is not a number that models may read" for key in asked if key not in there]


def asks(document: object) -> set[str]:
    """The measures that a model's condition reads."""
    if document is None:
        return set()
    read = {measure_of(leaf.field) for leaf in leaves(parse(document, _fields(document)))}
    return {key for key in read if key in MEASURES or measures.is_attribute(key)}


def needs(configuration: Configuration) -> set[str]:
    """Every measure that the models of a configuration read, in their groups, exceptions and conditions."""
    asked = {key for model in configuration.models for key in asks(model.applies_to)}
    return configuration.needs() | asked


def reads(configuration: Configuration, day: date) -> set[str]:
    """Every measure that the models read which decide on a day."""
    models = [configuration.models[place] for place in configuration.on(day)]
    return {key for model in models for key in (*model.needs(), *asks(model.applies_to))}


def measure_of(field: str) -> str:
    """The measure behind a condition's field.

    >>> measure_of("attribute.stores"), measure_of("nps")
    ('attribute:stores', 'nps')
    """
    return measures.of_attribute(field.removeprefix(ATTRIBUTE)) if field.startswith(ATTRIBUTE) else field


def _fields(document: object) -> Mapping[str, Field]:
    """The fields of every installation and the attributes that a document names: no table is asked, as it is asked
    for every day of a grid."""
    own = {key for key in _named(document) if key.startswith(ATTRIBUTE)}
    if not own:
        return FIELDS
    plain = {key: key.removeprefix(ATTRIBUTE) for key in own}
    return {**FIELDS, **{key: Field(key, Text(name, name), "number") for key, name in plain.items()}}


def _named(document: object) -> Iterator[str]:
    if isinstance(document, Mapping):
        if isinstance(document.get("field"), str):
            yield document["field"]
        yield from (key for part in document.values() for key in _named(part))
    elif isinstance(document, list):
        yield from (key for part in document for key in _named(part))


def matches(condition: Condition, frame: Frame, words: Mapping[str, Column]) -> Bits:
    """Rows for which a condition certainly holds."""
    return _truth(condition, frame, words).holds


def _truth(condition: Condition, frame: Frame, words: Mapping[str, Column]) -> Truth:
    match condition:
        case Is():
            return _compared(condition, frame, words)
        case Not(part):
            inner = _truth(part, frame, words)
            return Truth(inner.known & ~inner.holds, inner.known)
        case All(parts):
            return _all([_truth(part, frame, words) for part in parts], len(frame))
        case AnyOf(parts):
            inner = _all([_opposite(_truth(part, frame, words)) for part in parts], len(frame))
            return _opposite(inner)


def _opposite(truth: Truth) -> Truth:
    return Truth(truth.known & ~truth.holds, truth.known)


def _all(truths: list[Truth], rows: int) -> Truth:
    """Holds where all hold; known to fail where one is known to fail."""
    holds, fails = np.ones(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for truth in truths:
        holds &= truth.holds
        fails |= truth.known & ~truth.holds
    return Truth(holds, holds | fails)


def _compared(leaf: Is, frame: Frame, words: Mapping[str, Column]) -> Truth:
    if leaf.field == "tags":
        hits = [not tags if leaf.op is Op.MISSING else not set(leaf.values).isdisjoint(tags) for tags in words["tags"]]
        return Truth(np.array(hits, dtype=bool), np.ones(len(frame), dtype=bool))
    key = measure_of(leaf.field)
    column = frame.values[key] if key in frame.values else words[key]
    present = ~np.isnan(column) if key in frame.values else column != ""
    if leaf.op is Op.MISSING:
        return Truth(~present, np.ones(len(frame), dtype=bool))
    with np.errstate(invalid="ignore"):
        return Truth(present & _HOLDS[leaf.op](column, leaf.values), present)


def _contains(column: Column, values: tuple[Any, ...]) -> Bits:
    return np.array([folded(str(values[0])) in folded(str(word)) for word in column], dtype=bool)


_HOLDS: Mapping[Op, Callable[[Column, tuple[Any, ...]], Any]] = {
    Op.EQ: lambda column, values: column == values[0],
    Op.NE: lambda column, values: column != values[0],
    Op.LT: lambda column, values: column < values[0],
    Op.LE: lambda column, values: column <= values[0],
    Op.GT: lambda column, values: column > values[0],
    Op.GE: lambda column, values: column >= values[0],
    Op.BETWEEN: lambda column, values: (column >= values[0]) & (column <= values[1]),
    Op.IN: lambda column, values: np.isin(column, list(values)),
    Op.CONTAINS: _contains,
}
