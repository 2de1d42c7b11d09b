"""What happens to an account first: its events told together, as each takes the place of the others.

Each event's own model says what would happen if there were no others. Together they compete: an account that leaves in
the second month grows no more in the third. So of every month the chance that anything happens at all is dealt out in
proportion to the events' own chances (Aalen & Johansen 1978, Scandinavian Journal of Statistics 5); the shares and what
stays unchanged make 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import risk
from nenrin.insight.models import Risk
from nenrin.insight.risk.learning import EVENTS

Floats = NDArray[np.float64]
_NOTHING = 1e-300


@dataclass(frozen=True, slots=True)
class Share:
    """Within `days`: the probability of each event that it comes first, and that none of them comes."""

    days: int
    first: Mapping[str, float]
    unchanged: float


@dataclass(frozen=True, slots=True)
class Together:
    """`left_out`: events of which nothing is told, or of which a model only ranks: they may come beside these."""

    as_of: date
    shares: tuple[Share, ...]
    left_out: tuple[str, ...]


def together(rows: Iterable[Risk]) -> Together | None:
    """Of one account's rows (with their versions), as known on the last day of any; None where no probability may be
    said."""
    kept = sorted(rows, key=lambda row: EVENTS.index(row.event))
    last = max((row.as_of for row in kept), default=None)
    told = [row for row in kept if row.as_of == last and row.months and _is_said(row)]
    if last is None or not told:
        return None
    months = {row.event: row.months for row in told}
    horizons = tuple(int(days) for days, *_ in told[0].horizons)
    shares = tuple(share(months, days) for days in horizons)
    return Together(last, shares, tuple(event for event in EVENTS if event not in months))


def share(months: Mapping[str, Sequence[float]], days: int) -> Share:
    """`months`: of each event, the probability that it happens in the first, second ... month from here, alone.

    >>> one = share({"churn": [0.2], "expansion": [0.5]}, 30)
    >>> round(one.unchanged, 6), round(sum(one.first.values()), 6), round(one.first["churn"], 6)
    (0.4, 0.6, 0.171429)
    """
    periods = risk.periods_of(days)
    own = {event: _chances(np.array(told, dtype=np.float64))[:periods] for event, told in months.items()}
    stays = np.prod([1 - chance for chance in own.values()], axis=0)
    there = np.concatenate([[1.0], np.cumprod(stays)[:-1]])
    total = np.maximum(np.sum(list(own.values()), axis=0), _NOTHING)
    first = {event: float((there * (1 - stays) * chance / total).sum()) for event, chance in own.items()}
    return Share(days, first, float(np.prod(stays)))


def _chances(told: Floats) -> Floats:
    """Of each month, among those to whom it has not happened before."""
    before = 1 - np.concatenate([[0.0], np.cumsum(told)[:-1]])
    return np.asarray(np.clip(told / np.maximum(before, _NOTHING), 0.0, 1.0), dtype=np.float64)


def _is_said(row: Risk) -> bool:
    return row.version.state != "ranking" and bool(row.version.card.get("shows_probability"))
