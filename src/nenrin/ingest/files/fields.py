"""What a kind of file can say: its fields, their types, and how a cell becomes a value of each type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from nenrin.foundation.search import normal
from nenrin.ingest.files import dates, numerals
from nenrin.ingest.files.dates import Order
from nenrin.ingest.files.numerals import Dash
from nenrin.values import Text


class Type(StrEnum):
    TEXT = "text"  # kept letter by letter
    KEY = "key"
    EMAIL = "email"
    NUMBER = "number"
    WHOLE = "whole"  # a whole number, not negative
    MONEY = "money"  # in major units (yen, dollars)
    DATE = "date"
    INSTANT = "instant"
    MONTH = "month"
    BOOL = "bool"
    CHOICE = "choice"
    WORDS = "words"  # several texts in one cell


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row may say. `synonyms` are header names, in either language, under which files bring it.

    `choices`: for CHOICE, each value with the words that mean it.
    """

    key: str
    name: Text
    type: Type = Type.TEXT
    is_required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 200

    def names(self) -> tuple[str, ...]:
        return (self.key, self.name.en, self.name.ja, *self.synonyms)


@dataclass(frozen=True, slots=True)
class Manner:
    """How this file writes things that can be written in several ways."""

    zone: ZoneInfo
    order: Order = Order.PLAIN
    dash: Dash = "ask"
    decimal: Literal[".", ","] = "."


class Unreadable(ValueError):
    """A cell does not say what its field needs; `expected` says what would."""

    def __init__(self, expected: Text) -> None:
        super().__init__(expected.en)
        self.expected = expected


_TRUE = ("true", "yes", "y", "1", "はい", "有", "あり", "○", "◯", "する", "真", "on", "済", "可")
_FALSE = ("false", "no", "n", "0", "いいえ", "無", "なし", "×", "✕", "しない", "偽", "off", "未", "不可")
_EMAIL = re.compile(r"[^@\s,;:<>\"()\[\]]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
#: Bytes without a character: as Python keeps them, and as the cp932 codec puts them into the private area.
_LONE = re.compile("[\ud800-\udfff\ufffd\uf8f0-\uf8f3]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BETWEEN = re.compile(r"[,;、，；|\n]+")
_NUMBER = Text("a number such as 1,234 or 12.5", "数値（1,234や12.5など）")
_DASH = Text(
    "a number; say in the mapping whether a dash means zero or nothing (dash: zero or blank)",
    "数値。「-」がゼロか空欄かを選んでください（dash: zeroまたはblank）",
)
_DATE = Text("a date such as 2024-04-01 or 令和6年4月1日", "日付（2024-04-01や令和6年4月1日など）")
_ORDER = Text(
    "an unambiguous date, or a choice of how dates are written here",
    "一意に読める日付。または日付の書き方を選択",
)


def read(of: Field, text: str, manner: Manner) -> object:
    """The value a cell gives this field; None where it is blank. Raises Unreadable."""
    if not text.isprintable() or "\ufffd" in text:
        _refuse_unreadable(text)
    return _READERS[of.type](of, text, manner)


def _refuse_unreadable(text: str) -> None:
    if _LONE.search(text):
        raise Unreadable(Text("text in the encoding chosen; these bytes are not", "選択した文字コードで読める文字"))
    if _CONTROL.search(text):
        raise Unreadable(Text("text without control characters", "制御文字を含まない文字"))


def _text(of: Field, text: str, manner: Manner) -> str | None:
    kept = text.strip()
    if len(kept) > of.limit:
        raise Unreadable(
            Text(
                f"at most {of.limit} characters, not {len(kept)}",
                f"{of.limit}文字以内（{len(kept)}文字あり）",
            )
        )
    return kept or None


def _key(of: Field, text: str, manner: Manner) -> str | None:
    return _text(of, unicodedata.normalize("NFKC", text), manner)


def _email(of: Field, text: str, manner: Manner) -> str | None:
    address = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("mailto:")
    if not address:
        return None
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise Unreadable(
            Text("an e-mail address such as hanako@example.co.jp", "メールアドレス（hanako@example.co.jpなど）")
        )
    return address


def _number(of: Field, text: str, manner: Manner) -> Decimal | None:
    try:
        return numerals.number(text, dash=manner.dash, decimal=manner.decimal)
    except numerals.LonelyDash:
        raise Unreadable(_DASH) from None
    except numerals.NotANumber:
        raise Unreadable(_NUMBER) from None


def _whole(of: Field, text: str, manner: Manner) -> int | None:
    found = _number(of, text, manner)
    if found is None:
        return None
    if found != int(found) or not 0 <= found < 2**31:
        raise Unreadable(Text("a whole number from 0 up", "0以上の整数"))
    return int(found)


def _money(of: Field, text: str, manner: Manner) -> Decimal | None:
    found = _number(of, text, manner)
    if found is not None and abs(found) >= 10**15:
        raise Unreadable(Text("an amount below 10^15", "10^15未満の金額"))
    return found


def _dated(reader: Callable[[str, Order], object]) -> Callable[[Field, str, Manner], object]:
    def read_date(of: Field, text: str, manner: Manner) -> object:
        try:
            return reader(text, manner.order)
        except dates.AmbiguousDate:
            raise Unreadable(_ORDER) from None
        except dates.NotADate:
            raise Unreadable(_DATE) from None

    return read_date


def _instant(of: Field, text: str, manner: Manner) -> object:
    return _dated(lambda cell, order: dates.instant(cell, order, zone=manner.zone))(of, text, manner)


def _bool(of: Field, text: str, manner: Manner) -> bool | None:
    word = normal(text)
    if not word:
        return None
    if word in _folded_words(_TRUE):
        return True
    if word in _folded_words(_FALSE):
        return False
    raise Unreadable(Text("yes or no", "はい・いいえ（有・無、○・×、TRUE・FALSEも可）"))


@cache
def _folded_words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normal, words))


def _choice(of: Field, text: str, manner: Manner) -> str | None:
    word = normal(text)
    if not word:
        return None
    for value, words in of.choices.items():
        if word in _folded_words((value, *words)):
            return value
    raise Unreadable(Text(f"one of {', '.join(of.choices)}", f"{'、'.join(of.choices)}のいずれか"))


def _words(of: Field, text: str, manner: Manner) -> list[str] | None:
    found = [word.strip() for word in _BETWEEN.split(text) if word.strip()]
    return list(dict.fromkeys(found)) or None


_READERS: Mapping[Type, Callable[[Field, str, Manner], object]] = {
    Type.TEXT: _text,
    Type.KEY: _key,
    Type.EMAIL: _email,
    Type.NUMBER: _number,
    Type.WHOLE: _whole,
    Type.MONEY: _money,
    Type.DATE: _dated(dates.day),
    Type.INSTANT: _instant,
    Type.MONTH: _dated(dates.month),
    Type.BOOL: _bool,
    Type.CHOICE: _choice,
    Type.WORDS: _words,
}
