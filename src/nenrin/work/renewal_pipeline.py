"""Many thousand terms ahead at once, as columns: one query, and sums over arrays.

What a line says of one term (renewal_lines.Line) this says of all; both agree, which tests hold them to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, Self

import numpy as np
from django.db.models import CharField, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Cast
from numpy.typing import NDArray

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.work.models.renewal import Call
from nenrin.work.renewal_lines import APART, GLOOMY, HOPEFUL, Line
from nenrin.work.renewal_terms import DECISION, PIPELINE, decided

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Words = NDArray[np.str_]
COLUMNS: Final = (
    *("pk", "account_id", "decided", "mrr_minor", "currency", "status", "account__health__band"),
    *(f"outlook__{name}" for name in ("said", "said_probability", "held", "held_probability", "expansion_minor")),
    *(f"outlook__{name}" for name in ("p", "low", "high")),
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Columns of equal length. `day`: of the decision, from the year 1; `month`: its year * 12 + month - 1; `said` the CSM's call, `held` the one that
    holds, empty where there is none; figures are NaN where there is none."""

    subscription: Whole
    account: Whole
    day: Whole
    month: Whole
    minor: Floats
    currency: Words
    is_noticed: Flags
    band: Words
    said: Words
    said_p: Floats
    held: Words
    held_p: Floats
    expansion: Floats
    p: Floats
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.subscription)

    def only(self, which: NDArray[Any]) -> Self:
        """Rows by flags or places."""
        return type(self)(*(getattr(self, field.name)[which] for field in fields(self)))

    def in_own(self, own: OwnMoney) -> Self:
        """With the amounts of currencies that have a rate in the organisation's."""
        abroad = np.isin(self.currency, list(own.worths))
        if not abroad.any():
            return self
        minor, expansion, currency = self.minor.copy(), self.expansion.copy(), self.currency.copy()
        for place in np.flatnonzero(abroad).tolist():
            for amounts in (minor, expansion):
                if not np.isnan(amounts[place]):
                    amounts[place] = own.minor(int(amounts[place]), str(self.currency[place]))
        currency[abroad] = own.currency
        return replace(self, minor=minor, expansion=expansion, currency=currency)

    @property
    def gap(self) -> Floats:
        return self.p - self.held_p

    @property
    def lean(self) -> Whole:
        """-1 where the model (or health, where it tells nothing) sees much less than was called, 1 where more, else 0."""
        gap = np.round(self.gap, 9)
        told = ~np.isnan(gap)
        below = np.where(told, gap < -APART, (self.band == Band.AT_RISK.value) & (self.held_p >= HOPEFUL))
        above = np.where(told, gap > APART, (self.band == Band.HEALTHY.value) & (self.held_p <= GLOOMY))
        return above.astype(np.int64) - below.astype(np.int64)

    @property
    def is_committed(self) -> Flags:
        found: Flags = (self.held == Call.COMMIT.value) & ~self.is_noticed
        return found

    @property
    def is_best(self) -> Flags:
        found: Flags = ~self.is_noticed & (self.held != Call.LOST.value)
        return found

    @property
    def is_worst(self) -> Flags:
        found: Flags = self.is_committed & (self.lean >= 0)
        return found

    def order(self) -> Whole:
        """Places with those at odds first, the widest gap before; then the nearest."""
        lean = self.lean != 0
        wide = np.where(lean, -np.abs(np.nan_to_num(self.gap)), 0.0)
        found: Whole = np.lexsort((self.subscription, self.day, wide, ~lean))
        return found


def ahead(rows: QuerySet[Subscription], today: date, until: date) -> Any:  # Any: rows with `decision`
    """Of these, the terms that are decided from today to `until`, with `decision`, the day."""
    return rows.filter(PIPELINE, decided(today, until)).annotate(decision=DECISION)


def read(rows: Any, own: OwnMoney | None = None) -> Pipeline:
    """Rows of `ahead`, in their order. One query; days come as words, which is a third of the time. Amounts of other
    currencies stand in the organisation's where `own` has a rate, each rounded once.

    An outlook of another term says nothing of this one.
    """
    outlook = FilteredRelation("renewal_outlook", condition=Q(renewal_outlook__term_end=F("ends_on")))
    plain = rows.annotate(outlook=outlook, decided=Cast("decision", CharField()))
    told = _built(plain.values_list(*COLUMNS))
    return told if own is None else told.in_own(own)


def of_lines(lines: Iterable[Line]) -> Pipeline:
    return _built([_told(line) for line in lines])


def _told(x: Line) -> tuple[Any, ...]:
    status = SubscriptionStatus.NOTICED if x.is_noticed else SubscriptionStatus.ACTIVE
    call, held = x.call, x.held
    return (
        x.subscription, x.account, x.decision_on.isoformat(), x.mrr.minor, x.mrr.currency, status, x.band,
        call.call if call else "", call.probability if call else None, held.call if held else "",
        held.probability if held else None, held.expansion_minor if held else None, x.p, x.low, x.high,
    )  # fmt: skip


def _built(told: Iterable[tuple[Any, ...]]) -> Pipeline:
    rows = list(told)
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    key, account, decided_on, minor, currency, status, band, said, said_p, held, held_p, more, *told_by_model = columns
    is_noticed = _words(status) == SubscriptionStatus.NOTICED.value
    days = [date.fromisoformat(one) for one in decided_on]
    p, low, high = (np.where(is_noticed, 0.0, _figures(some)) for some in told_by_model)
    return Pipeline(
        np.array(key, np.int64), np.array(account, np.int64), np.array([one.toordinal() for one in days], np.int64),
        np.array([one.year * 12 + one.month - 1 for one in days], np.int64), _figures(minor), _words(currency),
        is_noticed, _words(band), _words(said), _figures(said_p), _words(held), _figures(held_p), _figures(more),
        p, low, high,
    )  # fmt: skip


def _words(some: Sequence[Any]) -> Words:
    return np.array([one or "" for one in some], dtype="U12")


def _figures(some: Sequence[Any]) -> Floats:
    """NaN where there is none."""
    return np.array(some, dtype=np.float64)
