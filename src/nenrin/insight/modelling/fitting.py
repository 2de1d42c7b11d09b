"""Anchors of a curve from the accounts that stayed: what they had over the last twelve months, frozen as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from nenrin.analytics.kpis import Grid, evaluate
from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.scores.curves import SHRINKAGE, Better, Curve, fit_anchors
from nenrin.analytics.scores.models import ANY
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.ingest import lakes

#: Twelve days, thirty apart: a year of values without counting each account's quiet weeks hundreds of times.
DAYS, APART = 12, 30


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted curve and what it rests on: accounts of the tier and of all, days, and the tier's own weight."""

    curve: Curve
    accounts: int
    of_all: int
    first: date
    last: date
    own_weight: float


def anchors(measure: Measure, better: Better, tier: str, *, last: date) -> Fit:
    """A curve through the quantiles of customers who are still there, one value an account: the median of its days.

    A tier's quantiles weigh n/(n + 50) for its n accounts, the whole portfolio's the rest; the default curve is the
    portfolio's. Days before an account became a customer do not count. Raises CurveError where nothing can be fitted.
    """
    days = tuple(last - timedelta(APART * back) for back in reversed(range(DAYS)))
    typical = _medians(measure, days)
    tiers = dict(Account.objects.filter(pk__in=list(typical)).values_list("pk", "tier"))
    overall = np.array(list(typical.values()), dtype=np.float64)
    own = np.array([value for account, value in typical.items() if tiers.get(account) == tier], dtype=np.float64)
    if tier == ANY:
        return Fit(_readable(fit_anchors(overall, better)), len(overall), len(overall), days[0], last, 1.0)
    return Fit(
        _readable(fit_anchors(own, better, overall)),
        len(own),
        len(overall),
        days[0],
        last,
        len(own) / (len(own) + SHRINKAGE),
    )


def _readable(fitted: Curve) -> Curve:
    """Anchors of four digits, as people would state them; all digits where two would become one."""
    short = tuple((float(f"{value:.4g}"), points) for value, points in fitted.anchors)
    values = [value for value, _ in short]
    return Curve(short, fitted.better) if sorted(set(values)) == values else fitted


def _medians(measure: Measure, days: tuple[date, ...]) -> dict[int, float]:
    since = dict(
        Account.objects.standing().filter(status=Status.CUSTOMER).values_list("pk", "customer_since")
    )  # who stayed
    found = evaluate(lakes.current(), (measure,), Grid(days))
    there = found.filter(pc.is_valid(found.column(measure.key)))
    values: dict[int, list[float]] = {}
    for account, day, value in zip(*(there.column(n).to_pylist() for n in range(3)), strict=True):
        if account in since and (since[account] is None or day >= since[account]):
            values.setdefault(account, []).append(value)
    return {account: _median(np.array(found)) for account, found in values.items()}


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values))
