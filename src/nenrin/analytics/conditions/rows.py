"""One account at a time: does the condition hold, not hold, or is it unknown?"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from nenrin.analytics.conditions.fields import Field, Fields
from nenrin.analytics.conditions.folding import folded
from nenrin.analytics.conditions.trees import All, Any, Condition, Is, Not, Op, Scalar

Row = Mapping[str, object]
Truth = bool | None

_ORDER: dict[Op, Callable[..., bool]] = {
    Op.EQ: operator.eq, Op.NE: operator.ne, Op.LT: operator.lt, Op.LE: operator.le, Op.GT: operator.gt,
    Op.GE: operator.ge,
}  # fmt: skip


def matches(condition: Condition, row: Row, fields: Fields, as_of: date) -> bool:
    """Whether the condition certainly holds: what is unknown does not match.

    >>> from nenrin.analytics.conditions.fields import standard
    >>> below = Is("nps", Op.LT, (0.0,))
    >>> [matches(c, {"nps": None}, standard(), date(2026, 3, 1)) for c in (below, Not(below), Is("nps", Op.MISSING))]
    [False, False, True]
    """
    return truth(condition, row, fields, as_of) is True


def truth(condition: Condition, row: Row, fields: Fields, as_of: date) -> Truth:
    """True, False, or None for unknown, in three-valued logic."""
    match condition:
        case Not(part):
            inner = truth(part, row, fields, as_of)
            return None if inner is None else not inner
        case All(parts):
            return _weakest([truth(part, row, fields, as_of) for part in parts])
        case Any(parts):
            inner = _weakest([_opposite(truth(part, row, fields, as_of)) for part in parts])
            return _opposite(inner)
        case Is(key, op, values):
            return _compare(fields[key], op, values, row, as_of)


def _weakest(truths: Sequence[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown."""
    if False in truths:
        return False
    return None if None in truths else True


def _opposite(value: Truth) -> Truth:
    return None if value is None else not value


def _compare(field: Field, op: Op, values: tuple[Scalar, ...], row: Row, as_of: date) -> Truth:
    if op is Op.CHANGED_BY:
        amount, days = values
        change = present(row.get(field.changes[int(days)]))  # type: ignore[arg-type] # a number of days
        return None if change is None else _moved(float(change), float(amount))  # type: ignore[arg-type]
    value = present(row.get(field.key))
    if field.kind == "tags":
        return _tagged(op, values, value or ())  # type: ignore[arg-type] # a list of tags
    if op is Op.MISSING:
        return value is None
    return None if value is None else _holds(op, value, values, as_of)


def present(value: object) -> object:
    """None for what counts as missing: nothing, empty text, not-a-number."""
    return None if value is None or value == "" or value != value else value


def _holds(op: Op, value: object, values: tuple[Scalar, ...], as_of: date) -> bool:
    match op:
        case Op.BETWEEN:
            return bool(values[0] <= value <= values[1])  # type: ignore[operator] # of the field's kind
        case Op.IN:
            return value in values
        case Op.CONTAINS:
            return folded(str(values[0])) in folded(str(value))
        case Op.WITHIN_LAST:
            return bool(as_of - timedelta(int(values[0])) < value <= as_of)  # type: ignore[operator, arg-type]
        case Op.WITHIN_NEXT:
            return bool(as_of <= value <= as_of + timedelta(int(values[0])))  # type: ignore[operator, arg-type]
    return _ORDER[op](value, values[0])


def _tagged(op: Op, values: tuple[Scalar, ...], tags: Sequence[str]) -> bool:
    """An account without tags has none of them: nothing about tags is unknown."""
    return not tags if op is Op.MISSING else any(value in tags for value in values)


def _moved(change: float, amount: float) -> bool:
    return change <= amount if amount < 0 else change >= amount
