"""How figures read on pages: as everywhere else (nenrin.foundation.format)."""

from nenrin.foundation.format import (
    MINUS,
    MISSING,
    TODAY,
    DayStyle,
    MoneyStyle,
    Number,
    as_of,
    day,
    days_ago,
    days_left,
    duration,
    missing,
    moment,
    money,
    number,
    percent,
    signed,
    size,
)

__all__ = [
    "MINUS", "MISSING", "TODAY", "DayStyle", "MoneyStyle", "Number", "as_of", "day", "days_ago", "days_left", "duration",
    "missing", "moment", "money", "number", "percent", "signed", "size",
]  # fmt: skip
