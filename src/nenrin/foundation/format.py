"""How figures, money, days and instants read in Japanese and English.

Every function takes the language last and answers a plain string; a missing value reads "Not enough data".
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from nenrin.values import Money, Ratio, Text

MINUS = "\u2212"
MISSING = Text("Not enough data", "データ不足")
TODAY = Text("today", "本日")

Number = int | float | Decimal
MoneyStyle = Literal["table", "text", "compact"]
DayStyle = Literal["short", "long", "brief", "month"]

_SYMBOLS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_WEEKDAYS = Text("Mon Tue Wed Thu Fri Sat Sun", "月 火 水 木 金 土 日")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
#: Units of compact money, the smallest first: (size, used from, suffix).
_COMPACT_JA = ((10**4, 10**4, "万"), (10**8, 10**8, "億"))
_COMPACT_EN = ((10**3, 10**4, "K"), (10**6, 10**6, "M"), (10**9, 10**9, "B"))


def missing(language: str) -> str:
    return MISSING.in_(language)


def number(value: Number | None, language: str = "en", digits: int = 0) -> str:
    """Grouped by thousands, a real minus sign, halves rounded away from zero.

    >>> number(-1234.5, digits=1)
    '−1,234.5'
    """
    if value is None:
        return missing(language)
    rounded = _rounded(value, digits)
    return (MINUS if rounded < 0 else "") + f"{abs(rounded):,.{digits}f}"


def signed(value: Number | None, language: str = "en", digits: int = 0, unit: str = "") -> str:
    """A change: always with its sign, and ±0 for none.

    >>> signed(-20.44, digits=1), signed(0.04, digits=1), signed(5)
    ('−20.4', '±0.0', '+5')
    """
    if value is None:
        return missing(language)
    rounded = _rounded(value, digits)
    sign = "±" if rounded == 0 else "+" if rounded > 0 else MINUS
    return f"{sign}{abs(rounded):,.{digits}f}{unit}"


def percent(share: Number | Ratio | None, language: str = "en", digits: int = 1) -> str:
    """A share of one as a percentage.

    >>> percent(0.4412), percent(Ratio(0, 0), "ja")
    ('44.1%', 'データ不足')
    """
    value = share.value if isinstance(share, Ratio) else share
    if value is None:
        return missing(language)
    return number(_exact(value) * 100, language, digits) + "%"


def money(amount: Money | None, language: str = "en", style: MoneyStyle = "table") -> str:
    """
    >>> money(Money(1234567), "ja", "text"), money(Money(1234567), "ja")
    ('1,234,567円', '¥1,234,567')
    >>> money(Money(12_345_678), "ja", "compact"), money(Money(1_200_000), "en", "compact")
    ('1,234.6万円', '¥1.2M')
    """
    if amount is None:
        return missing(language)
    if style == "compact":
        return _compact(amount, language)
    figure = f"{abs(amount.major):,.{amount.digits}f}"
    return _with_currency(figure, amount, language, spelt=style == "text")


def day(value: date | None, language: str = "en", style: DayStyle = "short") -> str:
    """
    >>> day(date(2026, 4, 1), "ja", "long"), day(date(2026, 4, 1), "en")
    ('2026年4月1日(水)', '1 Apr 2026')
    """
    if value is None:
        return missing(language)
    return _day_ja(value, style) if language.startswith("ja") else _day_en(value, style)


def moment(value: datetime | None, language: str, zone: tzinfo, *, named_zone: bool = False) -> str:
    """An instant on the clock of `zone`; `named_zone` adds the zone where it is not the reader's own."""
    if value is None:
        return missing(language)
    local = value.astimezone(zone)
    name = f" ({local.tzname()})" if named_zone else ""
    return f"{day(local.date(), language)} {local:%H:%M}{name}"


def as_of(value: datetime | date | None, language: str, zone: tzinfo) -> str:
    """When the figures beside it were true: "2026/11/24 06:00 時点" or "as of 24 Nov 2026 06:00"."""
    if value is None:
        return missing(language)
    when = moment(value, language, zone) if isinstance(value, datetime) else day(value, language)
    return Text("as of {when}", "{when} 時点").fill(when=when).in_(language)


def days_left(days: int | None, language: str) -> str:
    """
    >>> days_left(37, "ja"), days_left(0, "en"), days_left(-1, "en")
    ('あと37日', 'today', '1 day overdue')
    """
    if days is None:
        return missing(language)
    if days == 0:
        return TODAY.in_(language)
    if days < 0:
        return Text(f"{counted(-days, 'day')} overdue", f"{-days:,}日超過").in_(language)
    return Text(f"{counted(days, 'day')} left", f"あと{days:,}日").in_(language)


def days_ago(days: int | None, language: str) -> str:
    """Exact up to 90 days, months after that.

    >>> days_ago(3, "ja"), days_ago(100, "en")
    ('3日前', '3 months ago')
    """
    if days is None:
        return missing(language)
    if days <= 0:
        return TODAY.in_(language)
    if days <= 90:
        return Text(f"{counted(days, 'day')} ago", f"{days}日前").in_(language)
    months = days // 30
    return Text(f"{counted(months, 'month')} ago", f"{months}か月前").in_(language)


def duration(seconds: Number | None, language: str) -> str:
    """The two largest units of a span.

    >>> duration(7500, "ja"), duration(42, "en")
    ('2時間5分', '42 s')
    """
    if seconds is None:
        return missing(language)
    left, parts = int(_rounded(seconds, 0)), []
    for size, unit in _SPANS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit.in_(language)}")
    return Text(" ", "").in_(language).join(parts[:2]) or "0" + _SPANS[-1][1].in_(language)


_SPANS = (
    (86_400, Text(" d", "日")),
    (3_600, Text(" h", "時間")),
    (60, Text(" min", "分")),
    (1, Text(" s", "秒")),
)


def size(octets: int | None, language: str = "en") -> str:
    """
    >>> size(1536)
    '1.5 KB'
    """
    if octets is None:
        return missing(language)
    figure = float(octets)
    for unit in ("B", "KB", "MB", "GB"):
        if figure < 1024 or unit == "GB":
            return f"{figure:,.0f} {unit}" if unit == "B" else f"{figure:,.1f} {unit}"
        figure /= 1024
    raise AssertionError("unreachable: GB has no end")


def _compact(amount: Money, language: str) -> str:
    whole, figure = abs(amount.major), ""
    for size, floor, suffix in _COMPACT_JA if language.startswith("ja") else _COMPACT_EN:
        # What rounds up to the next unit is written in it: 99,999,999 yen is 1億, never 10,000万.
        nearly = whole >= floor or (bool(figure) and _rounded(whole / size, 4) >= 1)
        if nearly:
            figure = f"{_rounded(whole / size, 1):,.1f}".removesuffix(".0") + suffix
    return _with_currency(figure, amount, language, spelt=True) if figure else money(amount, language, "text")


def _with_currency(figure: str, amount: Money, language: str, *, spelt: bool) -> str:
    sign = MINUS if amount.minor < 0 else ""
    if spelt and language.startswith("ja") and amount.currency == "JPY":
        return f"{sign}{figure}円"
    symbol = _SYMBOLS.get(amount.currency, f"{amount.currency} ")
    return f"{sign}{symbol}{figure}"


@lru_cache(maxsize=4096)
def _day_ja(value: date, style: DayStyle) -> str:
    if style == "long":
        return f"{value.year}年{value.month}月{value.day}日({_weekday(value, 'ja')})"
    if style == "month":
        return f"{value.year}年{value.month}月"
    return f"{value:%m/%d}" if style == "brief" else f"{value:%Y/%m/%d}"


@lru_cache(maxsize=4096)
def _day_en(value: date, style: DayStyle) -> str:
    month = _MONTHS[value.month - 1]
    if style == "month":
        return f"{month} {value.year}"
    if style == "brief":
        return f"{value.day} {month}"
    short = f"{value.day} {month} {value.year}"
    return f"{_weekday(value, 'en')} {short}" if style == "long" else short


def _weekday(value: date, language: str) -> str:
    return _WEEKDAYS.in_(language).split()[value.weekday()]


def counted(n: int, noun: str) -> str:
    """ "1 account", "1,204 accounts": an English count with its noun."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _exact(value: Number) -> Decimal:
    """A float by its shortest spelling, so that 0.285 rounds as it reads."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)) if isinstance(value, float) else value)


def _rounded(value: Number, digits: int) -> Decimal:
    return _exact(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
