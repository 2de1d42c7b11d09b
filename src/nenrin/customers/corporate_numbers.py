"""Corporate numbers (法人番号): thirteen digits, the first of which checks the other twelve."""

from __future__ import annotations

import unicodedata


def check_digit(base: str) -> int:
    """The leading digit for twelve others: 9 less the remainder by 9 of the sum in which every second digit from the
    right counts double (ordinance on the designation of corporate numbers, article 2).

    >>> check_digit("700110005901")
    8
    """
    weighted = (int(figure) * (1 + place % 2) for place, figure in enumerate(reversed(base)))
    return 9 - sum(weighted) % 9


def cleaned(number: str) -> str | None:
    """Thirteen half-width digits that check out, else None. Full-width digits, hyphens, spaces and a leading T are read.

    >>> cleaned("Ｔ８７００１－１０００５９０１")
    '8700110005901'
    >>> cleaned("1700110005901") is None
    True
    """
    digits = unicodedata.normalize("NFKC", number).upper().removeprefix("T")
    digits = "".join(figure for figure in digits if figure not in "-‐‑–—−ー ")
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if int(digits[0]) == check_digit(digits[1:]) else None
