"""What the risk model says of one account, as its lifetime reads it: the chance to be there beyond each next renewal.

Read as far ahead as later months have judged the model, and only where it prints probabilities. Where it does not, or
the next renewal lies further ahead, the lifetimes of the account's group stand alone, and it is said why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from nenrin.analytics.forecasts.hazards.risk import periods_of
from nenrin.analytics.forecasts.hazards.tables import PERIOD_DAYS
from nenrin.analytics.forecasts.lifetimes import bridged, lives
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.risk.expected import doubt

#: Older than this, what was told of an account is no news of it.
FRESH = timedelta(days=7)
#: So many accounts a question names one by one.
FEW = 500
ENDING = ("churn", "involuntary")
#: Why nothing is said of the account itself: nothing is told of it on that day; the model only ranks; no later months
#: have judged it; the next renewal lies beyond the horizon that they judged.
Why = Literal["untold", "ranks", "unjudged", "beyond"]


@dataclass(frozen=True, slots=True)
class Chances:
    """`stays`: the chance to be there beyond each of the next occasions, as far as `days` reach; `doubt`: standard
    deviation of the log-odds of having left by then; `risk`: of deciding to leave within `days`. `is_whole`: unpaid
    bills are in it too."""

    as_of: date
    days: int
    risk: float
    stays: tuple[float, ...]
    doubt: float
    is_whole: bool


def chances(life: Life, known: date) -> Chances | Why:
    """Of a running account, as of a day: one query."""
    told = Risk.objects.filter(account_id=life.account, event__in=ENDING).select_related("version")
    rows = {row.event: row for row in told.defer("version__document")}
    churn = rows.get("churn")
    if churn is None or not timedelta(0) <= known - churn.as_of <= FRESH:
        return "untold"
    return _of(life, churn, _said(churn, rows))


def every(lives: Sequence[Life], known: date) -> dict[int, Chances | Why]:
    """The same of many: two queries."""
    told = Risk.objects.filter(event__in=ENDING, as_of__range=(known - FRESH, known))
    if len(lives) <= FEW:
        told = told.filter(account_id__in=[one.account for one in lives])
    versions = RiskModelVersion.objects.filter(pk__in=told.order_by().values("version")).defer("document").in_bulk()
    rows: dict[int, dict[str, Risk]] = {}
    for row in told:
        row.version = versions[row.version_id]
        rows.setdefault(row.account_id, {})[row.event] = row
    out: dict[int, Chances | Why] = {}
    for life in lives:
        own = rows.get(life.account, {})
        churn = own.get("churn")
        out[life.account] = "untold" if churn is None else _of(life, churn, _said(churn, own))
    return out


def _said(churn: Risk, rows: Mapping[str, Risk]) -> list[Risk]:
    """Of the same day, those that say a probability."""
    return [row for row in rows.values() if row.as_of == churn.as_of and says(row)]


def says(row: Risk) -> bool:
    """Whether its model prints probabilities."""
    return row.version.state != "ranking" and bool(row.version.card.get("shows_probability"))


def judged(card: Mapping[str, Any]) -> int:
    """The furthest horizon in days that later months have judged; 0 where none."""
    return max((int(one["horizon_days"]) for one in card.get("verdicts", ())), default=0)


def _of(life: Life, churn: Risk, rows: Sequence[Risk]) -> Chances | Why:
    if churn not in rows:
        return "ranks"
    days = min([judged(churn.version.card), *(int(one[0]) for one in churn.horizons[-1:])])
    told = next((one for one in churn.horizons if one[0] == days), None)
    if not days or told is None:
        return "unjudged"
    ahead = lives.occasions(life, churn.as_of + timedelta(round(periods_of(days) * PERIOD_DAYS)))
    if not ahead:
        return "beyond"
    months = leaving([row.months[: periods_of(days)] for row in rows])
    off = [(day - churn.as_of).days for day in ahead]
    spread = float(doubt(np.array([told[2]]), np.array([told[3]]))[0])
    kept = tuple(bridged.stays(months, off, PERIOD_DAYS).tolist())
    return Chances(churn.as_of, days, float(told[1]), kept, spread, len(rows) == len(ENDING))


def leaving(told: Sequence[Sequence[float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Of each month, the chance that an account still there leaves for any of the reasons told; each reason's is told
    as the probability that it comes in that very month.

    >>> leaving([[0.2, 0.4], [0.0, 0.5]]).round(4).tolist()
    [0.2, 0.75]
    """
    stays = [1 - np.cumsum(np.concatenate([[0.0], one])) for one in told]
    kept = np.prod([np.clip(one[1:] / np.maximum(one[:-1], bridged.LEAST), 0.0, 1.0) for one in stays], axis=0)
    return np.asarray(1 - kept, dtype=np.float64)
