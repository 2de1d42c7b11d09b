"""Numbers as offices write them: full-width digits, thousands, △ and brackets for minus, 円, %, 万."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Dash = Literal["ask", "blank", "zero"]

_MINUS = {"△", "▲", "−", "–", "—", "―", "‐", "-", "ー", "▵"}
_MYRIADS = {"万": Decimal(10**4), "億": Decimal(10**8), "千": Decimal(1000), "百万": Decimal(10**6)}
_DECORATION = re.compile(r"[¥￥$€£\s]|円|JPY|USD|EUR|GBP", re.IGNORECASE)
_POINT = re.compile(r"(\d+|\d{1,3}(,\d{3})+|\d{1,3}(,\d{4})+)?(\.\d+)?(e[+-]?\d{1,2})?", re.IGNORECASE)
_COMMA = re.compile(r"(\d+|\d{1,3}(\.\d{3})+)?(,\d+)?")


class NotANumber(ValueError):
    """A number was expected, such as 1,234 or １２３４ or △1,234 or 12.5%."""


class LonelyDash(NotANumber):
    """A dash alone may mean nothing or zero: say which in the mapping (`dash: blank` or `dash: zero`)."""


@lru_cache(8192)
def number(text: str, *, dash: Dash = "ask", decimal: Literal[".", ","] = ".") -> Decimal | None:
    """The number a cell says; None where it is blank. Raises NotANumber, and LonelyDash unless `dash` settles it.

    >>> [str(number(t)) for t in ("１２３，４５６円", "△1,234", "(1,234)", "12.5%", "12万円")]
    ['123456', '-1234', '-1234', '0.125', '120000']
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    if plain in _MINUS:
        return _lonely(dash)
    unsigned, sign = _signed(_DECORATION.sub("", plain))
    unsigned, scale = _scaled(unsigned)
    shape = _POINT if decimal == "." else _COMMA
    if not any(c.isdigit() for c in unsigned) or not shape.fullmatch(unsigned):
        raise NotANumber(text)
    return sign * scale * Decimal(_pointed(unsigned, decimal))


def _lonely(dash: Dash) -> Decimal | None:
    if dash == "ask":
        raise LonelyDash("-")
    return Decimal(0) if dash == "zero" else None


def _signed(plain: str) -> tuple[str, Decimal]:
    if plain.startswith("(") and plain.endswith(")"):
        return plain[1:-1], Decimal(-1)
    if plain[:1] in _MINUS:
        return plain[1:], Decimal(-1)
    if plain[-1:] in _MINUS:  # SAP writes 1,234-
        return plain[:-1], Decimal(-1)
    return plain.removeprefix("+"), Decimal(1)


def _scaled(unsigned: str) -> tuple[str, Decimal]:
    if unsigned.endswith("%"):
        return unsigned[:-1], Decimal("0.01")
    for word in ("百万", "万", "億", "千"):
        if unsigned.endswith(word):
            return unsigned.removesuffix(word), _MYRIADS[word]
    return unsigned, Decimal(1)


def _pointed(unsigned: str, decimal: str) -> str:
    if decimal == ",":
        return unsigned.replace(".", "").replace(",", ".")
    return unsigned.replace(",", "")
