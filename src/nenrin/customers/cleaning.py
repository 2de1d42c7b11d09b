"""Turning what came in into what a column may hold; each cleaner says what it expected. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from nenrin.customers import corporate_numbers
from nenrin.customers.currencies import CURRENCIES
from nenrin.values import Text

Cleaner = Callable[[object], object]

_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_AROUND_HOST = re.compile(r"^(?:[a-z]+://)?(?:www\.)?|[/?#].*$")
_EMAIL = re.compile(r"[^\s@<>\",;:\\\[\]()]{1,64}@([^\s@]+)")
LARGEST = 2**31 - 1
LARGEST_AMOUNT = 2**53


class Wrong(ValueError):
    """This value does not fit: the text says what was expected."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def text(limit: int, *, required: bool = False) -> Cleaner:
    """Text without control characters, spaces at its ends taken off."""

    def clean(value: object) -> str:
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise Wrong(Text("expected text", "テキストを入力"))
        if not value.isprintable():
            if _HALF.search(value):
                raise Wrong(Text("contains half a character", "壊れた文字が含まれる"))
            value = _CONTROL.sub("", value)
        stripped = value.strip()
        if required and not stripped:
            raise Wrong(Text("must not be empty", "必須"))
        if len(stripped) > limit:
            raise Wrong(Text(f"at most {limit} characters", f"{limit}文字以内"))
        return stripped

    return clean


_long_text = text(500)


def key(limit: int = 200) -> Cleaner:
    """An outside system's name for something: text, or a whole number read as text."""
    plain = text(limit, required=True)
    return lambda value: plain(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def whole(low: int = 0, high: int = LARGEST, *, required: bool = False) -> Cleaner:
    """A whole number, also from text with full-width digits and thousands commas."""
    expected = Wrong(Text(f"expected a whole number from {low} to {high}", f"{low}から{high}の整数"))

    def clean(value: object) -> int | None:
        if value is None or value == "":
            if required:
                raise expected
            return None
        number = _integer(value)
        if number is None or not low <= number <= high:
            raise expected
        return number

    return clean


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).replace(",", "").strip()
        return int(plain) if re.fullmatch(r"[+-]?\d{1,18}", plain, re.ASCII) else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return value if isinstance(value, int) else None


def number(value: object) -> float | int | None:
    """A finite number."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).replace(",", "").strip()
        value = float(plain) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", plain, re.ASCII) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        raise Wrong(Text("expected a number", "数値を入力"))
    return value


def day(value: object) -> date | None:
    """A day as a date, or as text like 2026-04-01 or 2026/4/1. (Other forms are the import's part to read.)"""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        found: date | None = value
    else:
        found = _day_of(value)
    if found is None or not 1900 <= found.year <= 2199:
        raise Wrong(
            Text(
                "expected a day such as 2026-04-01, from 1900 to 2199",
                "2026-04-01 のような日付（1900〜2199年）",
            )
        )
    return found


def _day_of(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    parts = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", unicodedata.normalize("NFKC", value).strip(), re.ASCII
    )
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def required_day(value: object) -> date:
    found = day(value)
    if found is None:
        raise Wrong(Text("must not be empty", "必須"))
    return found


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    words = {
        "true": True,
        "1": True,
        "yes": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "": False,
    }
    plain = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if value is None or plain not in words:
        raise Wrong(Text("expected yes or no", "はい・いいえで入力"))
    return words[plain]


def one_of(kind: type[StrEnum]) -> Cleaner:
    allowed = [member.value for member in kind]

    def clean(value: object) -> str:
        if value is None and "" in allowed:
            return ""
        if not isinstance(value, str) or value not in allowed:
            listed = ", ".join(v for v in allowed if v)
            raise Wrong(Text(f"expected one of {listed}", f"次のいずれか: {listed}"))
        return str(value)

    return clean


def language(value: object) -> str:
    if value not in {"ja", "en"}:
        raise Wrong(Text("expected ja or en", "ja または en"))
    return str(value)


def currency(value: object) -> str:
    if not isinstance(value, str) or value.strip().upper() not in CURRENCIES:
        raise Wrong(Text("expected a currency such as JPY", "JPY のような通貨コード"))
    return value.strip().upper()


def domain(value: object) -> str:
    """A bare host name in lower case; scheme, www and path are taken off."""
    plain = _AROUND_HOST.sub("", str(_long_text(value)).lower()).rstrip(".")
    if plain and not _DOMAIN.fullmatch(plain):
        raise Wrong(Text("expected a domain such as example.co.jp", "example.co.jp のようなドメイン"))
    return plain


def email(value: object) -> str:
    plain = str(text(254, required=True)(value)).lower()
    parts = _EMAIL.fullmatch(plain)
    if not parts or not _DOMAIN.fullmatch(parts.group(1)):
        raise Wrong(Text("expected an e-mail address", "メールアドレスを入力"))
    return plain


def corporate_number(value: object) -> str:
    plain = str(text(40)(value))
    found = corporate_numbers.cleaned(plain) if plain else ""
    if found is None:
        raise Wrong(
            Text("not a corporate number: 13 digits, the first checks the rest", "法人番号は検査数字の合う13桁")
        )
    return found


def texts(limit: int, most: int) -> Cleaner:
    """A list of different texts, or one text with commas between."""
    single = text(limit)

    def clean(value: object) -> tuple[str, ...]:
        parts = re.split(r"[,、，]", value) if isinstance(value, str) else value
        if parts is None:
            return ()
        if not isinstance(parts, list | tuple | set | frozenset):
            raise Wrong(Text("expected a list", "リストで入力"))
        found = tuple(dict.fromkeys(str(single(part)) for part in parts))
        if len(found) > most:
            raise Wrong(Text(f"at most {most}", f"{most}件以内"))
        return tuple(part for part in found if part)

    return clean
