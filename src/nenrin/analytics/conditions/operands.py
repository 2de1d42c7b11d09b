"""The values a comparison is written with: read by the field's kind, and written back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from math import isfinite

from nenrin.analytics.conditions.fields import Field
from nenrin.analytics.conditions.trees import Op, Scalar
from nenrin.values import Text

LONGEST = 3650  # days, about ten years
_NOTHING = Text("nothing", "値なし")
_TEXT = Text("text", "テキスト")
_NUMBER = Text("a number", "数値")
_DATE = Text("a date such as 2026-04-01", "2026-04-01 形式の日付")
_FLAG = Text("true or false", "true か false")
_PAIR = Text("two values, the lower one first", "小さい順の2つの値")
_LIST = Text("a list with at least one value", "1つ以上の値のリスト")
_DAYS = Text(f"a whole number of days from 1 to {LONGEST}", f"1〜{LONGEST}の整数(日数)")
_CHANGE = Text("a change other than 0: negative for a fall", "0以外の増減(低下は負の値)")


class WrongOperand(ValueError):
    """A comparison has the wrong value: `part` names which, `expected` says what belongs there."""

    def __init__(self, part: str, value: object, expected: Text, nearest: str | None = None):
        super().__init__(f"{part}: {value!r} is not {expected.en}")
        self.part, self.value, self.expected, self.nearest = part, value, expected, nearest


def parse(field: Field, op: Op, document: Mapping[object, object]) -> tuple[Scalar, ...]:
    value = document.get("value")
    if op is not Op.CHANGED_BY and "days" in document:
        raise WrongOperand("days", document["days"], _NOTHING)
    match op:
        case Op.MISSING:
            if "value" in document:
                raise WrongOperand("value", value, _NOTHING)
            return ()
        case Op.WITHIN_LAST | Op.WITHIN_NEXT:
            return (_days("value", value),)
        case Op.CHANGED_BY:
            return _change(field, value, document.get("days"))
        case Op.BETWEEN:
            return _pair(field, value)
        case Op.IN:
            if not isinstance(value, list) or not value:
                raise WrongOperand("value", value, _LIST)
            return tuple(_scalar(field, f"value[{place}]", one) for place, one in enumerate(value))
    return (_scalar(field, "value", value),)


def dump(op: Op, values: tuple[Scalar, ...]) -> dict[str, object]:
    written = [value.isoformat() if isinstance(value, date) else value for value in values]
    match op:
        case Op.MISSING:
            return {}
        case Op.CHANGED_BY:
            return {"value": written[0], "days": written[1]}
        case Op.BETWEEN | Op.IN:
            return {"value": written}
    return {"value": written[0]}


def _scalar(field: Field, part: str, value: object) -> Scalar:
    match field.kind:
        case "number":
            return _number(part, value)
        case "date":
            return _date(part, value)
        case "flag":
            if isinstance(value, bool):
                return value
            raise WrongOperand(part, value, _FLAG)
    return _word(field, part, value)


def _word(field: Field, part: str, value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise WrongOperand(part, value, _TEXT)
    known = [key for key, _ in field.choices]
    if known and value not in known:
        listed = ", ".join(known)
        near = next(iter(get_close_matches(value, known, n=1, cutoff=0.5)), None)
        raise WrongOperand(part, value, Text(f"one of {listed}", f"{listed} のどれか"), near)
    return value


def _number(part: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise WrongOperand(part, value, _NUMBER)
    return float(value)


def _date(part: str, value: object) -> date:
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise WrongOperand(part, value, _DATE) from None
        if found.isoformat() == value:  # "20260401" and "2026-W14-3" are left to machines
            return found
    if type(value) is date:  # YAML reads dates by itself; a datetime is one too, and is not a day
        return value
    raise WrongOperand(part, value, _DATE)


def _days(part: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
        raise WrongOperand(part, value, _DAYS)
    return value


def _change(field: Field, value: object, days: object) -> tuple[Scalar, ...]:
    amount = _number("value", value)
    if amount == 0:
        raise WrongOperand("value", value, _CHANGE)
    if days not in field.changes:
        listed = ", ".join(str(known) for known in field.changes)
        raise WrongOperand("days", days, Text(f"one of {listed}", f"{listed} のどれか"))
    return (amount, _days("days", days))


def _pair(field: Field, value: object) -> tuple[Scalar, ...]:
    if not isinstance(value, list) or len(value) != 2:
        raise WrongOperand("value", value, _PAIR)
    low, high = (_scalar(field, f"value[{place}]", one) for place, one in enumerate(value))
    if low > high:  # type: ignore[operator] # both are of the field's kind
        raise WrongOperand("value", value, _PAIR)
    return (low, high)
