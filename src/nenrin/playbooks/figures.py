"""What stands in a field of a condition, as people read it: rounded, with its unit, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from nenrin.analytics.conditions import Field
from nenrin.analytics.conditions.trees import Scalar
from nenrin.foundation import format
from nenrin.values import Language, Money, Text

NOTHING: Final = Text("nothing known", "データなし")
_YES, _NO = Text("yes", "はい"), Text("no", "いいえ")
#: Digits behind the point of a figure below 100, and as many as are shown at most.
USUAL, MOST = 2, 6
LARGE = 100


def told(field: Field, found: object, against: Iterable[Scalar] = ()) -> Text:
    """A value with its unit. `against`: what it is compared with; it is not rounded across any of these.

    >>> told(Field("x", NOTHING, "number"), 0.781893).en, told(Field("x", NOTHING, "number"), 0.7996, [0.8]).en
    ('0.78', '0.7996')
    >>> told(Field("x", NOTHING, "number", "share"), 0.4412).ja, told(Field("x", NOTHING, "number", "days"), 1.0).en
    ('44.1%', '1 day')
    """
    if found is None or found == "" or found == []:
        return NOTHING
    if isinstance(found, bool):
        return _YES if found else _NO
    if isinstance(found, int | float):
        return _quantity(field, float(found), [float(one) for one in against if isinstance(one, int | float)])
    if isinstance(found, date):
        return Text(format.day(found, "en"), format.day(found, "ja"))
    if isinstance(found, list):
        return Text(", ".join(map(str, found)), "・".join(map(str, found)))
    return next((name for key, name in field.choices if key == found), Text(str(found), str(found)))


def _quantity(field: Field, value: float, against: list[float]) -> Text:
    match field.unit:
        case "money":
            amount = Money(round(value), field.currency)
            return Text(format.money(amount, "en", "text"), format.money(amount, "ja", "text"))
        case "share":
            plain = _number(value * 100, [one * 100 for one in against], 1)
            return Text(f"{plain}%", f"{plain}%")
        case "days":
            plain = _number(value, against, 1)
            return Text(f"{plain} day{'' if plain == '1' else 's'}", f"{plain}日")
    plain = _number(value, against, 0 if abs(value) >= LARGE else USUAL)
    return Text(plain, plain)


def _number(value: float, against: list[float], digits: int) -> str:
    """As short as it may be without saying another side of any of the others; no zeros at the end."""
    language: Language = "en"
    while digits < MOST and any(_side(round(value, digits), one) != _side(value, one) for one in against):
        digits += 1
    shown = format.number(value, language, digits)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _side(value: float, other: float) -> int:
    return (value > other) - (value < other)
