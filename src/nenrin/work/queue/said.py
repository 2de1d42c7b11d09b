"""Figures, days and names as the queue's sentences have them, in both languages."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.sentences import BANDS
from nenrin.foundation import format
from nenrin.values import Text


def day(value: date) -> Text:
    """
    >>> day(date(2026, 11, 6)).ja
    '11/06'
    """
    return _day(value)


@lru_cache(maxsize=4096)
def _day(value: date) -> Text:
    return Text(format.day(value, "en", "brief"), format.day(value, "ja", "brief"))


def days(count: int) -> Text:
    return Text(f"{count:,} day{'' if count == 1 else 's'}", f"{count:,}日")


def steps(count: int) -> Text:
    return Text(f"{count:,} step{'' if count == 1 else 's'}", f"{count:,}件")


def band(value: str) -> Text:
    return BANDS[Band(value)] if value in list(Band) else BANDS[Band.UNKNOWN]


def short(words: str, most: int = 40) -> str:
    """
    >>> short("あいうえお", 3)
    'あい…'
    """
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def sentence(words: Text) -> Text:
    """With its full stop.

    >>> sentence(Text("Health fell", "ヘルスが低下。")).en, sentence(Text("Done?", "済み")).ja
    ('Health fell.', '済み。')
    """
    en, ja = words.en.rstrip(), words.ja.rstrip()
    return Text(en if en[-1:] in ".!?" else f"{en}.", ja if ja[-1:] in "。！？」" else f"{ja}。")


def share(value: float) -> str:
    return f"{100 * value:.0f}%"
