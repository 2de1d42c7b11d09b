"""Where accounts stall: columns say what a walk over each account's history says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nenrin.customers.models import Account
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Organisation
from nenrin.work.journeys import documents, stalls
from nenrin.work.journeys.stalls import Told
from nenrin.work.onboarding import cohorts
from nenrin.work.onboarding.cohorts import NEVER, Cohort, Stay
from tests.work import journeys_world as world

TODAY = date(2026, 4, 20)
DESIGN = documents.parse(
    {
        "name": {"en": "All", "ja": "全体"},
        "stages": [
            {"stage": "onboarding", "days": 10, "stuck_after": 20},
            {"stage": "adoption", "days": 90},
            {"stage": "expansion"},
        ],
    },
    None,
)
ZONES = some.sampled_from([ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])
INSTANTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 30)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@some.composite
def lives(draw: some.DrawFn) -> list[Told]:
    rows: list[Told] = []
    for account in range(draw(some.integers(0, 12))):
        times = sorted(draw(some.lists(INSTANTS, min_size=1, max_size=4, unique=True)))
        lost = draw(some.sampled_from([None, None, TODAY]))
        ends = [*times[1:], draw(some.sampled_from([None, TODAY and datetime(2026, 5, 1, tzinfo=UTC)]))]
        for since, until in zip(times, ends, strict=True):
            stage = draw(some.sampled_from(["onboarding", "adoption", "expansion", "", "elsewhere"]))
            rows.append(Told(account, stage, since, until, draw(some.sampled_from([True, True, False])), lost))
    return rows


def _walked(rows: list[Told], zone: ZoneInfo, by: cohorts.By) -> list[list[Cohort]]:
    """The oracle: account by account, stay by stay."""
    found: dict[str, list[Stay]] = {key: [] for key in DESIGN.keys}
    for _, group in groupby(rows, key=lambda one: one.account):
        lines = list(group)
        for line, after in zip(lines, [*lines[1:], None], strict=True):
            here, began = DESIGN.find(line.stage), day_of(line.since, zone)
            if here is None or not line.is_exact or began > TODAY:
                continue
            ended = day_of(line.until, zone) if line.until else None
            is_due = bool(here.days) and began + timedelta((here.days or 0) - 1) < TODAY
            key = cohorts.cohort_of(began, by)
            if ended and after and DESIGN.place(after.stage) > DESIGN.place(line.stage):
                days = (ended - began).days + 1
                stay = Stay(key, days, True, is_due, is_due and days <= (here.days or 0))
            elif ended or line.lost_on:
                stay = Stay(key, NEVER, False, is_due, False)
            else:
                stay = Stay(key, (TODAY - began).days + 1, False, is_due, False)
            found[line.stage].append(stay)
    return [cohorts.read(found[key]) for key in DESIGN.keys]


@settings(max_examples=60)
@given(lives(), ZONES, some.sampled_from(["month", "quarter"]))
def test_columns_say_what_a_walk_over_each_history_says(rows: list[Told], zone: ZoneInfo, by: cohorts.By) -> None:
    told = stalls.read(stalls.history(rows), DESIGN, TODAY, zone, by=by)
    assert [list(one.cohorts) for one in told] == _walked(rows, zone, by)
    wholes = _walked(rows, zone, "all")
    assert [[one.whole] if one.whole else [] for one in told] == wholes


@given(some.lists(some.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)), max_size=20), ZONES)  # noqa: DTZ001
def test_an_instant_lies_on_the_day_that_the_zone_s_calendar_shows(moments: list[datetime], zone: ZoneInfo) -> None:
    instants = [one.replace(tzinfo=UTC) for one in moments]
    seconds = np.array([int(one.timestamp() // 1) for one in instants], np.int64)
    days = [(day_of(one, zone) - date(1970, 1, 1)).days for one in instants]
    assert stalls.local_days(seconds, zone).tolist() == days


@pytest.mark.django_db
def test_the_history_comes_out_of_the_database_as_it_was_told(org: Organisation, at: datetime) -> None:
    staying = world.customer("東雲精機株式会社", "onboarding", at=at - timedelta(days=3))
    gone = world.customer("若葉商事株式会社", "adoption", at=at - timedelta(days=9))
    Account.objects.filter(pk=gone.pk).update(status="lost", lost_on=at.date())
    found = stalls.told(Account.objects.all())
    assert found.account.tolist() == [staying.pk, gone.pk] and list(found.stage) == ["onboarding", "adoption"]
    assert found.since.tolist() == [int((at - timedelta(days=n)).timestamp()) for n in (3, 9)]
    assert found.has_ended.tolist() == [False, False] and found.is_lost.tolist() == [False, True]
    assert not len(stalls.told(Account.objects.none()).account)
