"""Search text for Japanese and English: one normal form on both sides, so that ｶﾌﾞ finds カブ and ㈱ finds 株."""

from __future__ import annotations

import unicodedata

_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def normal(text: str) -> str:
    """NFKC, lower case, hiragana as katakana, without spaces.

    >>> normal("㈱ﾃｽﾄ ひなた") == normal("(株)テストヒナタ")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA)
    return "".join(folded.split())


def index_text(*parts: str | None) -> str:
    """What a row is found by: its parts in normal form, kept apart by a bar."""
    return "|".join(normal(part) for part in parts if part)
