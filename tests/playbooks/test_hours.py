"""Waits and hours go by the wall clock of the organisation, over holidays and changes of the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.foundation.models import Organisation
from nenrin.playbooks.documents.playbooks import Hours
from nenrin.playbooks.models import Run
from nenrin.playbooks.steps import times
from nenrin.work.models import Notice
from tests.playbooks import stage

FIRST, LAST = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")
TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


def test_a_day_keeps_the_wall_clock_where_the_clock_is_put_forward() -> None:
    begin = datetime(2026, 3, 28, 10, tzinfo=BERLIN)
    ends = times.after(begin, 1, "days", BERLIN)
    assert (ends.hour, (ends - begin.astimezone(ZoneInfo("UTC"))).total_seconds()) == (10, 23 * 3600)


def test_business_days_pass_over_the_turn_of_the_year_and_the_fiscal_year() -> None:
    assert (
        times.after(datetime(2026, 12, 28, 10, tzinfo=TOKYO), 1, "business_days", TOKYO).date().isoformat()
        == "2027-01-04"
    )
    assert (
        times.after(datetime(2027, 3, 31, 10, tzinfo=TOKYO), 1, "business_days", TOKYO).date().isoformat()
        == "2027-04-01"
    )


@given(
    some.datetimes(FIRST, LAST),
    some.integers(0, 22),
    some.integers(1, 24),
    some.booleans(),
)
def test_the_opening_lies_within_the_hours_and_is_the_first(
    naive: datetime, first: int, length: int, business: bool
) -> None:
    hours = Hours(first, min(first + length, 24), business)
    at = naive.replace(tzinfo=TOKYO)
    opens = times.opening(at, hours, TOKYO).astimezone(TOKYO)
    assert opens >= at and hours.first <= opens.hour < hours.last
    assert times.opening(opens, hours, TOKYO) == opens
    assert opens == at or opens.minute == opens.second == 0


@pytest.mark.django_db
def test_nobody_is_told_outside_the_hours(org: Organisation, at: datetime) -> None:
    tell = {"do": "notify", "id": "tell", "words": "確認", "who": "owner"}
    account = stage.account(at=at, owner=stage.csm())
    hours = {"hours": {"from": 9, "to": 18, "business_days": True}}
    stage.published(stage.document(steps=[tell], limits=hours), at=at)
    night = at + timedelta(hours=13)  # 22:00 in Tokyo
    stage.falls(account, at=night)
    stage.goes_on(night)
    assert Run.objects.get().state == "waiting" and not Notice.objects.filter(code="playbook").exists()
    stage.goes_on(at + timedelta(days=1))
    assert Run.objects.get().state == "done" and Notice.objects.filter(code="playbook").count() == 1
