"""A condition as a tree: all of, any of, not, and comparisons of one field at the leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Scalar = str | float | date | bool


class Op(StrEnum):
    """What a field can be asked. The words are those of the written form."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"
    IN = "in"
    CONTAINS = "contains"
    MISSING = "missing"
    WITHIN_LAST = "within_last"
    WITHIN_NEXT = "within_next"
    CHANGED_BY = "changed_by"


@dataclass(frozen=True, slots=True)
class Is:
    """One field compared. `values`: none for missing, two for between, (amount, days) for changed_by, else the
    values; `within_last` and `within_next` have a number of days."""

    field: str
    op: Op
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: everything."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. What is missing stays unknown: neither a condition nor its opposite holds."""

    part: Condition


Condition = All | Any | Not | Is


def leaves(condition: Condition) -> Iterator[Is]:
    """Every comparison, in reading order.

    >>> [leaf.field for leaf in leaves(All((Is("tier", Op.MISSING), Not(Is("nps", Op.LT, (0.0,))))))]
    ['tier', 'nps']
    """
    match condition:
        case Is():
            yield condition
        case Not(part):
            yield from leaves(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
