"""The four bands of health as the pictures know them."""

from __future__ import annotations

from typing import Literal

Band = Literal["good", "watch", "risk", "unknown"]
BANDS: tuple[Band, ...] = ("good", "watch", "risk", "unknown")
#: Where caution begins and ends on the default scale: below 45 at risk, from 70 healthy.
EDGES = (45.0, 70.0)

_SPELLINGS: dict[str, Band] = {
    "healthy": "good",
    "green": "good",
    "caution": "watch",
    "yellow": "watch",
    "at_risk": "risk",
    "at-risk": "risk",
    "red": "risk",
}


def band_of(word: object) -> Band:
    """The band for any of its spellings; whatever is not one is unknown.

    >>> band_of("at_risk"), band_of(None)
    ('risk', 'unknown')
    """
    spelt = str(word).lower()
    for band in BANDS:
        if spelt == band:
            return band
    return _SPELLINGS.get(spelt, "unknown")
