"""What the axis of a chart of money counts in, and how many minor units that is."""

from __future__ import annotations

from collections.abc import Iterable

from nenrin.values import Text, minor_digits

#: Below it an axis counts whole units of the currency.
LARGE = 10_000


def monthly(currency: str, language: str) -> tuple[float, Text]:
    """Of MRR: thousands, in Japanese ten thousands.

    >>> [monthly("USD", language)[0] for language in ("en", "ja")], monthly("JPY", "ja")[1].ja
    ([100000.0, 1000000.0], '単位 万円（月額、税抜）。')
    """
    ja = "万円" if currency == "JPY" else f"{currency} 万"
    size = 10_000 if language.startswith("ja") else 1000
    words = Text(f"Unit: {currency} thousand a month, without tax.", f"単位 {ja}（月額、税抜）。")
    return float(size * 10 ** minor_digits(currency)), words


def plain(currency: str, language: str, minors: Iterable[float]) -> tuple[float, Text]:
    """Of any amounts: units of the currency, in Japanese ten thousands where they are large.

    >>> [plain("JPY", "ja", [minor])[0] for minor in (9_000, 20_000)], plain("USD", "en", [20_000])[1].en
    ([1.0, 10000.0], 'Unit: USD.')
    """
    unit = 10 ** minor_digits(currency)
    is_large = language.startswith("ja") and max((abs(minor) for minor in minors), default=0) >= LARGE * unit
    ja = ("万円" if is_large else "円") if currency == "JPY" else f"{currency} 万" if is_large else currency
    return float(unit * (LARGE if is_large else 1)), Text(f"Unit: {currency}.", f"単位 {ja}。")
