"""Dates as offices write them. What can be read in one way only is read; for the rest the mapping says which way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from nenrin.values import Text


class Order(StrEnum):
    """How to read what could be read in several ways."""

    PLAIN = "plain"  # only what is unambiguous
    YMD = "ymd"  # 24/4/1 is 2024-04-01
    MDY = "mdy"  # 4/1/2024
    DMY = "dmy"  # 1/4/2024
    ERA = "era"  # 6.4.1 is a year of Reiwa
    EXCEL_1900 = "excel1900"  # 45383 is 2024-04-01
    EXCEL_1904 = "excel1904"


ORDERS: Mapping[Order, Text] = {
    Order.PLAIN: Text(
        "Only unambiguous dates (2024-04-01, 令和6年4月1日)",
        "一意に読める日付のみ（2024-04-01、令和6年4月1日）",
    ),
    Order.YMD: Text("Year, month, day (24/4/1)", "年月日の順（24/4/1）"),
    Order.MDY: Text("Month, day, year (4/1/2024)", "月日年の順（4/1/2024）"),
    Order.DMY: Text("Day, month, year (1/4/2024)", "日月年の順（1/4/2024）"),
    Order.ERA: Text("Japanese era (R6.4.1; 6.4.1 is Reiwa)", "和暦（R6.4.1。元号のない6.4.1は令和）"),
    Order.EXCEL_1900: Text("Excel serial numbers (45383)", "Excelのシリアル値（45383）"),
    Order.EXCEL_1904: Text("Excel serial numbers from 1904 (old Mac)", "Excelのシリアル値（1904年起点）"),
}

#: The year before an era's first.
_ERAS = {"R": 2018, "H": 1988, "S": 1925, "T": 1911, "M": 1867, "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911,
         "明治": 1867, "令": 2018, "平": 1988, "昭": 1925}  # fmt: skip
_CLOCK = r"(?:[T\s]*(?P<clock>\d{1,2}[:時]\d{1,2}.*))?"
_FULL = re.compile(r"(?P<y>\d{4})(?:[-/.年])(?P<m>\d{1,2})(?:[-/.月])(?P<d>\d{1,2})日?(?:\s*\(.\))?" + _CLOCK)
_MONTH = re.compile(r"(?P<y>\d{4})(?:[-/.年])(?P<m>\d{1,2})月?")
_DIGITS = re.compile(r"(?P<y>(?:19|20|21)\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_ERA = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|令|平|昭|[RHSTM])\s*\.?(?P<y>\d{1,2}|元)(?:[-/.年])(?P<m>\d{1,2})(?:[-/.月])(?P<d>\d{1,2})日?"
    r"(?:\s*\(.\))?" + _CLOCK,
    re.IGNORECASE,
)
_THREE = re.compile(r"(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})" + _CLOCK)
_SERIAL = re.compile(r"\d{1,6}(?:\.\d+)?")
_TIME = re.compile(
    r"(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,6})\d*)?)?[分秒]?\s*(Z|UTC|JST|[+-]\d{2}:?\d{2})?"
)


class NotADate(ValueError):
    """A date was expected, such as 2024-04-01, 2024年4月1日 or 令和6年4月1日."""


class AmbiguousDate(NotADate):
    """This could be more than one date: choose how dates are written (`dates: mdy`, `dmy`, `ymd`, `era`, `excel1900`)."""


def day(text: str, order: Order = Order.PLAIN, *, zone: ZoneInfo | None = None) -> date | None:
    """The day a cell says; None where it is blank. An instant with an offset counts as its day in `zone`.

    >>> [str(day(t)) for t in ("R6.4.1", "令和元年5月1日", "２０２４年４月１日", "2024.4.1", "20240401")]
    ['2024-04-01', '2019-05-01', '2024-04-01', '2024-04-01', '2024-04-01']
    >>> str(day("45383", Order.EXCEL_1900)), str(day("6.4.1", Order.ERA)), str(day("04/01/2024", Order.MDY))
    ('2024-04-01', '2024-04-01', '2024-04-01')
    """
    found = _read(text, order)
    if found is None:
        return None
    on, clock, offset = found
    if offset is None or zone is None:
        return on
    return _joined(on, clock, offset).astimezone(zone).date()


def instant(text: str, order: Order = Order.PLAIN, *, zone: ZoneInfo) -> datetime | None:
    """The instant a cell says, as UTC; without an offset it is wall time in `zone`, without a time the day's start.

    >>> str(instant("2024/4/1 9:30", zone=ZoneInfo("Asia/Tokyo")))
    '2024-04-01 00:30:00+00:00'
    """
    found = _read(text, order)
    if found is None:
        return None
    on, clock, offset = found
    if offset is not None:
        return _joined(on, clock, offset).astimezone(UTC)
    return datetime.combine(on, clock or time(), tzinfo=zone).astimezone(UTC)


def month(text: str, order: Order = Order.PLAIN) -> date | None:
    """The first day of the month a cell says (2024-04, 2024年4月, or any date in it)."""
    plain = _plain(text)
    if found := _MONTH.fullmatch(plain):
        return _checked(text, int(found["y"]), int(found["m"]), 1)
    if re.fullmatch(r"(19|20)\d{4}", plain):
        return _checked(text, int(plain[:4]), int(plain[4:]), 1)
    on = day(text, order)
    return on.replace(day=1) if on else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(8192)  # a column of dates holds few different ones
def _read(text: str, order: Order) -> tuple[date, time | None, timedelta | None] | None:
    plain = _plain(text)
    if not plain:
        return None
    if order in (Order.EXCEL_1900, Order.EXCEL_1904) and _SERIAL.fullmatch(plain):
        return _serial(text, float(plain), order)
    if found := _FULL.fullmatch(plain) or _DIGITS.fullmatch(plain):
        parts = found.groupdict()
        return _checked(text, int(parts["y"]), int(parts["m"]), int(parts["d"])), *_clock(text, parts.get("clock"))
    if found := _ERA.fullmatch(plain):
        return _of_era(text, found)
    if found := _THREE.fullmatch(plain):
        on = _checked(text, *_ordered(text, int(found["a"]), int(found["b"]), int(found["c"]), order))
        return on, *_clock(text, found["clock"])
    raise (AmbiguousDate if _SERIAL.fullmatch(plain) else NotADate)(text)


def _of_era(text: str, found: re.Match[str]) -> tuple[date, time | None, timedelta | None]:
    number = 1 if found["y"] == "元" else int(found["y"])
    if number == 0:
        raise NotADate(text)
    year = _ERAS[found["era"].upper()] + number
    return _checked(text, year, int(found["m"]), int(found["d"])), *_clock(text, found["clock"])


def _ordered(text: str, a: int, b: int, c: int, order: Order) -> tuple[int, int, int]:
    """Year, month, day of three numbers with the order chosen."""
    if order is Order.ERA and a < 100:
        return _ERAS["R"] + a, b, c
    if order is Order.YMD:
        return _century(a), b, c
    if order is Order.MDY:
        return _century(c), a, b
    if order is Order.DMY:
        return _century(c), b, a
    raise AmbiguousDate(text)


def _century(year: int) -> int:
    """Two digits: up to 68 this century, as POSIX has it."""
    return year if year > 99 else year + (2000 if year <= 68 else 1900)


def _serial(text: str, days: float, order: Order) -> tuple[date, time | None, timedelta | None]:
    if not 1 <= days < 200_000:
        raise NotADate(text)
    # Excel believes that 1900 had a 29 February; from March 1900 on its count is one too high.
    origin = date(1904, 1, 1) if order is Order.EXCEL_1904 else date(1899, 12, 30)
    moment = datetime.combine(origin, time()) + timedelta(days=days)
    return moment.date(), moment.time().replace(microsecond=0), None


def _clock(text: str, clock: str | None) -> tuple[time | None, timedelta | None]:
    if clock is None:
        return None, None
    found = _TIME.fullmatch(clock.strip())
    if not found:
        raise NotADate(text)
    hour, minute, second, fraction, offset = found.groups()
    try:
        at = time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        raise NotADate(text) from None
    return at, _offset(offset)


def _offset(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return timedelta()
    if text == "JST":
        return timedelta(hours=9)
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text[0] == "-" else size


def _joined(on: date, clock: time | None, offset: timedelta) -> datetime:
    return datetime.combine(on, clock or time(), tzinfo=UTC) - offset


def _checked(text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise NotADate(text) from None
    if not 1868 <= year <= 2200:
        raise NotADate(text)
    return found
