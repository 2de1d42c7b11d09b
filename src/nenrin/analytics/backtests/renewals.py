"""What became of each colour: of those who could leave in the next 90 days, the share that did not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.intervals import wilson
from nenrin.analytics.scores.bands import Band

#: Best first, as people read them.
COLOURS = (Band.HEALTHY, Band.CAUTION, Band.AT_RISK)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of `accounts` chances to leave so many were not taken; 95 % interval (Wilson), None where there was no chance."""

    band: str
    chances: int
    kept: int
    share: float | None
    low: float | None
    high: float | None


def by_band(rows: Watched) -> tuple[Kept, ...]:
    """Give rows whose horizons do not overlap, so that a chance counts once."""
    return tuple(_kept(rows, band) for band in COLOURS)


def is_ordered(found: tuple[Kept, ...]) -> bool | None:
    """Whether a better colour kept strictly more; None where a colour had no chance."""
    shares = [one.share for one in found]
    known = [share for share in shares if share is not None]
    return all(a > b for a, b in pairwise(known)) if len(known) == len(shares) else None


def _kept(rows: Watched, band: Band) -> Kept:
    own = rows.panel.band == band.code
    chances, kept = int(own.sum()), int((own & ~rows.left).sum())
    between = wilson(kept, chances)
    share = kept / chances if chances else None
    return Kept(band.value, chances, kept, share, between.low if between else None, between.high if between else None)
