"""Text compared without regard to case and width, by one table that Python and SQL share."""

from __future__ import annotations

_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))  # ！ to ～
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)).lower()
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FROM = _WIDE + _UPPER + "\u3000"
TO = _NARROW + _UPPER.lower() + " "
_TABLE = str.maketrans(FROM, TO)


def folded(text: str) -> str:
    """Latin letters small, full-width forms narrow; everything else as it is.

    >>> folded("Ｎｅｎｒｉｎ株式会社")
    'nenrin株式会社'
    """
    return text.translate(_TABLE)
