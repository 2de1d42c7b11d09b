"""Days as whole numbers since 1970, as scores count them."""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """
    >>> number(date(1970, 1, 11))
    10
    """
    return (day - EPOCH).days


def day(number: int) -> date:
    return EPOCH + timedelta(number)
