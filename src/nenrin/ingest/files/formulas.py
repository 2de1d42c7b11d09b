"""The computed columns of a mapping: one operation on columns and constants, and nothing more.

snapshot_date - months(tenure)        a date and a number of months or days
"Monthly Charges" * seats             two numbers
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation

from nenrin.customers.terms import add_months
from nenrin.ingest.files import dates, numerals
from nenrin.ingest.files.fields import Manner, Unreadable
from nenrin.values import Text

_NAME = r'(?:"[^"]+"|[^\s"()+*/]+)'
_SHAPE = re.compile(
    rf"\s*(?P<left>{_NAME})\s*(?P<op>[-+*/])\s*(?:(?P<unit>months|days)\(\s*(?P<span>{_NAME})\s*\)|(?P<right>{_NAME}))\s*"
)
_NUMBERS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


class BadFormula(ValueError):
    """A formula is `date - months(column)`, `date + days(column)` or `column * column`; quote names that have spaces."""


@dataclass(frozen=True, slots=True)
class Formula:
    text: str
    left: str
    op: str
    right: str
    unit: str  # "months", "days" or empty for numbers

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.left, self.right) if not _is_literal(name))

    def result(self, cells: Mapping[str, str], manner: Manner) -> str:
        """What the formula gives for a row, as text; blank where a part is blank. Raises Unreadable."""
        left, right = (name if _is_literal(name) else cells[name] for name in (self.left, self.right))
        if not left.strip() or not right.strip():
            return ""
        return self._moved(left, right, manner) if self.unit else self._counted(left, right, manner)

    def _moved(self, left: str, right: str, manner: Manner) -> str:
        try:
            start, count = (
                dates.day(left, manner.order),
                numerals.number(right, dash=manner.dash, decimal=manner.decimal),
            )
        except (dates.NotADate, numerals.NotANumber):
            raise _unusable(self, left, right) from None
        if start is None or count is None:
            return ""
        return _shifted(start, self.unit, int(count) if self.op == "+" else -int(count)).isoformat()

    def _counted(self, left: str, right: str, manner: Manner) -> str:
        try:
            a, b = (numerals.number(text, dash=manner.dash, decimal=manner.decimal) for text in (left, right))
            return "" if a is None or b is None else f"{_NUMBERS[self.op](a, b):f}"
        except (numerals.NotANumber, DivisionByZero, InvalidOperation):
            raise _unusable(self, left, right) from None


def parsed(text: str) -> Formula:
    """Read a formula. Raises BadFormula.

    >>> parsed("snapshot_date - months(tenure)").names
    ('snapshot_date', 'tenure')
    """
    found = _SHAPE.fullmatch(text)
    if not found or (found["unit"] and found["op"] not in "+-"):
        raise BadFormula(f"{text!r} is no formula: write date - months(column), date + days(column) or column * column")
    left, right = (name.strip('"') for name in (found["left"], found["span"] or found["right"]))
    return Formula(text, left, found["op"], right, found["unit"] or "")


def _is_literal(name: str) -> bool:
    return name.replace(".", "", 1).isdigit()


def _shifted(start: date, unit: str, count: int) -> date:
    return add_months(start, count) if unit == "months" else start + timedelta(days=count)


def _unusable(formula: Formula, left: str, right: str) -> Unreadable:
    return Unreadable(
        Text(
            f"parts that {formula.text} can use, not {left} and {right}",
            f"{formula.text} で計算できる値（{left}、{right}）",
        )
    )
