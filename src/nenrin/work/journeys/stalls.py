"""Where accounts stall: how long they stay in each stage before they move on, by stage and by when they entered.

Kaplan and Meier's estimate, as for onboarding: who is still inside counts for as long as it was seen (right-censored);
who left as a customer, went back or was taken out never moves on from that stay; a stay that began before it was first
told of, and one that was taken back, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.calendar import day_of
from nenrin.work.journeys.documents import Design, StageDesign
from nenrin.work.models import StageStay
from nenrin.work.onboarding.cohorts import LEAST, NEVER, By, Cohort, Stay, cohort_of
from nenrin.work.onboarding.cohorts import read as _read

#: Below this many stays there is not enough data.
FEWEST = LEAST


class Told(NamedTuple):
    """A row of the history; of one account in the order of time. `lost_on`: the customer left on that day."""

    account: int
    stage: str
    since: datetime
    until: datetime | None
    is_exact: bool
    lost_on: date | None


@dataclass(frozen=True, slots=True)
class Stall:
    """One stage, all cohorts together and each apart, the newest first."""

    stage: StageDesign
    whole: Cohort | None  # None: nobody was ever seen to enter
    cohorts: Sequence[Cohort]
    is_last: bool  # nobody moves on from it


def told(accounts: QuerySet[Account]) -> Iterator[Told]:
    """The history of these accounts: one query."""
    rows = StageStay.objects.counted().filter(account__in=accounts).order_by("account", "since", "pk")
    found = rows.values_list("account_id", "stage", "since", "until", "is_exact", "account__status", "account__lost_on")
    for account, stage, since, until, is_exact, status, lost_on in found.iterator(chunk_size=2000):
        yield Told(account, stage, since, until, is_exact, lost_on if status == Status.LOST else None)


def read(rows: Iterable[Told], design: Design, today: date, zone: ZoneInfo, *, by: By = "quarter") -> list[Stall]:
    """Every stage of the journey in its order."""
    found: dict[str, list[tuple[date, Stay]]] = {one.stage: [] for one in design.stages}
    for _account, lines in groupby(rows, key=lambda one: one.account):
        for stage, began, stay in _stays(list(lines), design, today, zone):
            found[stage].append((began, stay))
    return [_stall(one, found[one.stage], design, by) for one in design.stages]


def _stall(stage: StageDesign, rows: Sequence[tuple[date, Stay]], design: Design, by: By) -> Stall:
    whole = _read([stay for _began, stay in rows])
    apart = [] if by == "all" else _read([_of(stay, cohort_of(began, by)) for began, stay in rows])
    return Stall(stage, whole[0] if whole else None, apart, stage.stage == design.keys[-1])


def _of(stay: Stay, cohort: str) -> Stay:
    return Stay(cohort, stay.days, stay.is_reached, stay.is_due, stay.is_in_time)


def _stays(lines: Sequence[Told], design: Design, today: date, zone: ZoneInfo) -> Iterator[tuple[str, date, Stay]]:
    """(stage, day of entry, stay) of one account."""
    for place, line in enumerate(lines):
        here = design.find(line.stage)
        if here is None or not line.is_exact:
            continue
        began = day_of(line.since, zone)
        if began <= today:
            after = lines[place + 1] if place + 1 < len(lines) else None
            yield line.stage, began, _stay(line, after, here, design, began, today, zone)


def _stay(
    line: Told, after: Told | None, here: StageDesign, design: Design, began: date, today: date, zone: ZoneInfo
) -> Stay:
    ended = day_of(line.until, zone) if line.until else None
    due_on = began + timedelta(here.days - 1) if here.days else None
    is_due = due_on is not None and due_on < today
    if ended is not None and after is not None and design.place(after.stage) > design.place(line.stage):
        days = (ended - began).days + 1
        return Stay("", days, True, is_due, is_due and here.days is not None and days <= here.days)
    if ended is not None or line.lost_on is not None:
        return Stay("", NEVER, False, is_due, False)
    return Stay("", (today - began).days + 1, False, is_due, False)


def median(stall: Stall) -> float | None:
    """The day by which half have moved on; None with fewer than FEWEST stays, or where fewer than half have."""
    return stall.whole.median if stall.whole else None
