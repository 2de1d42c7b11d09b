"""What is told of many accounts as columns of numbers: the JSON of all rows is read at once, not row by row.

A forecast is made of every account's row, and Django turns JSON into values one field at a time: of 20,000 accounts that
takes longer than all that is done with them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np
from django.db.models import Count, F, Max, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole, number
from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.risk.expected import Floats


@dataclass(frozen=True, slots=True)
class Now:
    """A row an account, by their ids: `months` a column for each month ahead; `year`: p, low and high of the
    longest horizon; `day`: of which each row is told, days since 1970."""

    account: Whole
    day: Whole
    minor: Whole
    low: Floats
    high: Floats
    months: Floats
    year: Floats

    @property
    def as_of(self) -> date:
        """The last day of any row."""
        return date(1970, 1, 1) + timedelta(int(self.day.max()))

    def of(self, accounts: Collection[int]) -> Now | None:
        """Of some accounts; None where nothing is told of any."""
        own = np.isin(self.account, np.fromiter(accounts, dtype=np.int64, count=len(accounts)))
        return self.taken(own) if own.any() else None

    def taken(self, rows: NDArray[np.bool_] | Whole) -> Now:
        return Now(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Then:
    """What was said of one month at its begin; `p`: that it happens in it."""

    account: Whole
    is_replayed: NDArray[np.bool_]
    minor: Whole
    low: Floats
    high: Floats
    p: Floats

    def of(self, accounts: Collection[int]) -> Then:
        """Of some accounts."""
        return self.taken(np.isin(self.account, np.fromiter(accounts, dtype=np.int64, count=len(accounts))))

    def taken(self, own: NDArray[np.bool_]) -> Then:
        return Then(*(getattr(self, one.name)[own] for one in fields(self)))


def now(rows: QuerySet[Risk]) -> Now | None:
    """None where nothing is told."""
    told = rows.annotate(_day=_text("as_of"), _months=_text("months"), _horizons=_text("horizons"))
    found = list(told.values_list("account_id", "minor", "low", "high", "_day", "_months", "_horizons"))
    if not found:
        return None
    account, minor, low, high, days, months, horizons = zip(*found, strict=True)
    year = [one[-1][1:] for one in _decoded(horizons)]
    numbers = {day: number(date.fromisoformat(day)) for day in set(days)}
    whole = Now(_whole(account), _whole([numbers[day] for day in days]), _whole(minor), _floats(low), _floats(high), _floats(_decoded(months)), _floats(year))  # fmt: skip
    return whole.taken(np.argsort(whole.account))


def told(event: str, version: RiskModelVersion | None) -> tuple[object, ...]:
    """What changes where another thing is told: a telling is of a version and a day, and changes the probabilities; and who is
    archived. From indexes alone."""
    rows = Risk.objects.filter(event=event).order_by().values("event")
    away = Account.objects.filter(archived_at__isnull=False)
    found = _asked(
        *(rows.annotate(n=figure).values("n") for figure in (Count("*"), Sum("p"))),
        *(
            away.order_by().values(one=Value(1)).annotate(n=figure).values("n")
            for figure in (Count("*"), Max("archived_at"), Sum("pk"))
        ),
    )
    return (version and (version.pk, version.told_on), *found)


def then(rows: QuerySet[RiskSaid]) -> dict[date, Then]:
    """By the day at whose end it was said, the first one first."""
    told = rows.annotate(_day=_text("as_of"), _months=_text("months"))
    found = list(told.values_list("_day", "account_id", "is_replayed", "minor", "low", "high", "_months"))
    if not found:
        return {}
    days, account, is_replayed, minor, low, high, months = zip(*found, strict=True)
    first = _decoded([text.strip("[] ").partition(",")[0] for text in months])
    whole = Then(_whole(account), np.array(is_replayed, dtype=bool), _whole(minor), _floats(low), _floats(high), _floats(first))  # fmt: skip
    told_on = np.array(days)
    return {date.fromisoformat(day): whole.taken(told_on == day) for day in sorted(set(days))}


#: What was said of every month by home and event, with its mark: ledgers are other ones after every new fact, this is not.
_said: dict[tuple[str, str], tuple[object, dict[date, Then]]] = {}
#: So many of them are kept.
MOST_SAID = 8


def kept(rows: QuerySet[RiskSaid], event: str, mark: object) -> dict[date, Then]:
    """`then` of everybody's rows of an event, read once for as long as their mark is the same."""
    place = (str(lakes.current().path), event)
    found = _said.get(place)
    if found is None or found[0] != mark:
        found = (mark, then(rows))
        for oldest in list(_said)[: -(MOST_SAID - 1)]:
            _said.pop(oldest, None)
        _said[place] = found
    return found[1]


def marks(rows: QuerySet[RiskSaid], days: Sequence[date]) -> tuple[object, ...]:
    """What changes where another thing was said on any of these days, of rows of one event. A row that was said never changes,
    and no other row ever has its id: rows that are as many, with the same last one of each day, are the same. The first is
    None where there is none."""
    many = rows.order_by().values("event").annotate(n=Count("*")).values("n")
    return _asked(many, *(rows.filter(as_of=day).order_by("-pk").values("pk")[:1] for day in days))


def _asked(*figures: QuerySet[Any, Any]) -> tuple[object, ...]:
    """Of each its one value, all in one query."""
    [found] = Organisation.objects.values_list(*(Subquery(figure) for figure in figures))[:1]
    return tuple(found)


def _text(name: str) -> Cast:
    """The column as the database writes it."""
    return Cast(F(name), TextField())


def _decoded(texts: Sequence[str]) -> list[Any]:  # Any: whatever the JSON holds
    found: list[Any] = msgspec.json.decode(f"[{','.join(texts)}]")
    return found


def _whole(values: Sequence[int]) -> Whole:
    return np.array(values, dtype=np.int64)


def _floats(values: Sequence[Any]) -> Floats:  # Any: numbers, or rows of them
    return np.array(values, dtype=np.float64)
