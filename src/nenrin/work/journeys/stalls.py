"""Where accounts stall: how long they stay in each stage before they move on, by stage and by when they entered.

Kaplan and Meier's estimate, as for onboarding: who is still inside counts for as long as it was seen (right-censored);
who left as a customer, went back or was taken out never moves on from that stay; a stay that began before it was first
told of, and one that was taken back, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Case, CharField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast
from numpy.typing import NDArray

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.insight.days import day as day_of_number
from nenrin.insight.days import number
from nenrin.work.journeys.documents import Design, StageDesign
from nenrin.work.models import StageStay
from nenrin.work.onboarding.cohorts import LEAST, NEVER, By, Cohort, cohort_of, of_columns

#: Below this many stays there is not enough data.
FEWEST = LEAST
#: Characters of an instant up to its seconds, as databases write it, and seconds of a day.
TO_SECONDS, DAY = 19, 86_400
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Told(NamedTuple):
    """A row of the history; of one account in the order of time. `lost_on`: the customer left on that day."""

    account: int
    stage: str
    since: datetime
    until: datetime | None
    is_exact: bool
    lost_on: date | None


@dataclass(frozen=True, slots=True)
class History:
    """Rows as `Told` says them, as columns: instants in seconds since 1970 (UTC), `until` where `has_ended`."""

    account: Longs
    stage: Sequence[str]
    since: Longs
    until: Longs
    has_ended: Flags
    is_exact: Flags
    is_lost: Flags


@dataclass(frozen=True, slots=True)
class Stall:
    """One stage, all cohorts together and each apart, the newest first."""

    stage: StageDesign
    whole: Cohort | None  # None: nobody was ever seen to enter
    cohorts: Sequence[Cohort]
    is_last: bool  # nobody moves on from it


def told(accounts: QuerySet[Account]) -> History:
    """The history of these accounts: one query. Instants come as words, which is a fraction of the time."""
    rows = StageStay.objects.counted().filter(account__in=accounts).order_by("account", "since", "pk")
    lost = When(account__status=Status.LOST, account__lost_on__isnull=False, then=Value(1))
    plain = rows.annotate(
        begun=Cast("since", CharField()), ended=Cast("until", CharField()), exact=Cast("is_exact", IntegerField()),
        is_lost=Case(lost, default=Value(0), output_field=IntegerField()),
    )  # fmt: skip
    asked = plain.values_list("account_id", "stage", "begun", "ended", "exact", "is_lost")
    found = list(asked.iterator(chunk_size=5000))
    account, stage, begun, ended, exact, gone = zip(*found, strict=True) if found else ((),) * 6
    has_ended = np.array([one is not None for one in ended], bool)
    return History(
        np.array(account, np.int64), stage, _seconds(begun), _seconds([one or "1970-01-01 00:00:00" for one in ended]),
        has_ended, np.array(exact, bool), np.array(gone, bool),
    )  # fmt: skip


def _seconds(words: Sequence[str]) -> Longs:
    return np.array(words, dtype=f"U{TO_SECONDS}").astype("datetime64[s]").astype(np.int64)


def history(rows: Iterable[Told]) -> History:
    """Rows at hand as columns."""
    found = list(rows)
    instants = [(one.since, one.until or one.since) for one in found]
    since, until = (np.array([int(pair[n].timestamp() // 1) for pair in instants], np.int64) for n in (0, 1))
    return History(
        np.array([one.account for one in found], np.int64), [one.stage for one in found], since, until,
        np.array([one.until is not None for one in found], bool), np.array([one.is_exact for one in found], bool),
        np.array([one.lost_on is not None for one in found], bool),
    )  # fmt: skip


def read(rows: History, design: Design, today: date, zone: ZoneInfo, *, by: By = "quarter") -> list[Stall]:
    """Every stage of the journey in its order."""
    place = {stage: n for n, stage in enumerate(design.keys)}
    at = np.array([place.get(stage, -1) for stage in rows.stage], np.int64)
    began, ended = local_days(rows.since, zone), local_days(rows.until, zone)
    columns = _stays(rows, at, began, ended, design, number(today))
    entered = (at >= 0) & rows.is_exact & (began <= number(today))
    return [_stall(one, entered & (at == n), began, columns, design, by) for n, one in enumerate(design.stages)]


def _stays(rows: History, at: Longs, began: Longs, ended: Longs, design: Design, today: int) -> tuple[Any, ...]:
    """Of each row, where it is of a stage of the journey, what `cohorts.Stay` says: days, moved on, due, in time."""
    limit = np.array([one.days or 0 for one in design.stages] or [0], np.int64)[at]
    after = np.append(np.where(rows.account[1:] == rows.account[:-1], at[1:], -1), -1)[: len(at)]
    moved = rows.has_ended & (after > at)
    days = np.where(moved, ended - began + 1, np.where(rows.has_ended | rows.is_lost, NEVER, today - began + 1))
    is_due = (limit > 0) & (began + limit - 1 < today)
    return days, moved, is_due, moved & is_due & (days <= limit)


def _stall(stage: StageDesign, which: Flags, began: Longs, columns: Sequence[Any], design: Design, by: By) -> Stall:
    whole = of_columns("", *(column[which] for column in columns)) if which.any() else None
    apart = [] if by == "all" else _apart(which, began, columns, by)
    return Stall(stage, whole, apart, stage.stage == design.keys[-1])


def _apart(which: Flags, began: Longs, columns: Sequence[Any], by: By) -> list[Cohort]:
    days, place = np.unique(began[which], return_inverse=True)
    keys = (
        np.array([cohort_of(day_of_number(day), by) for day in days.tolist()])[place]
        if len(days)
        else np.zeros(0, "U1")
    )
    own = [column[which] for column in columns]
    return [of_columns(str(key), *(column[keys == key] for column in own)) for key in np.unique(keys)[::-1]]


def local_days(seconds: Longs, zone: ZoneInfo) -> Longs:
    """Days since 1970 on the calendar of a zone. Its clock is asked once for a day, and for each instant of a day on which
    it was put forward or back."""
    utc, place = np.unique(seconds // DAY, return_inverse=True)
    ends = np.array([[_ahead(day * DAY, zone), _ahead((day + 1) * DAY, zone)] for day in utc.tolist()], np.int64)
    if not len(utc):
        return seconds
    ahead = ends[place, 0]
    for row in np.flatnonzero(ends[place, 0] != ends[place, 1]):
        ahead[row] = _ahead(int(seconds[row]), zone)
    days: Longs = (seconds + ahead) // DAY
    return days


def _ahead(seconds: int, zone: ZoneInfo) -> int:
    """How far the zone's clock is ahead of UTC."""
    offset = datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def median(stall: Stall) -> float | None:
    """The day by which half have moved on; None with fewer than FEWEST stays, or where fewer than half have."""
    return stall.whole.median if stall.whole else None
