"""Days at their edges: whose day an instant belongs to, summer time, leap days, ends of months, a clock set back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal, leases, members, organisation, verification
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import day_of, fiscal_year, start_of
from nenrin.foundation.models import Entry, Organisation
from tests import cast

TOKYO, NEW_YORK, LONDON = (ZoneInfo(name) for name in ("Asia/Tokyo", "America/New_York", "Europe/London"))
ZONES = st.sampled_from(
    [TOKYO, NEW_YORK, LONDON, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("UTC")]
)
NEW_YEARS_DAY = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # of the fiscal year: past midnight in Tokyo


def test_half_past_three_in_the_afternoon_of_march_is_april_in_tokyo() -> None:
    assert day_of(NEW_YEARS_DAY, TOKYO) == date(2026, 4, 1) and day_of(NEW_YEARS_DAY, NEW_YORK) == date(2026, 3, 31)
    assert [fiscal_year(day_of(at, TOKYO)) for at in (NEW_YEARS_DAY - timedelta(hours=1), NEW_YEARS_DAY)] == [
        2025,
        2026,
    ]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), ZONES)
def test_a_day_begins_once_and_lasts_to_the_next(day: date, zone: ZoneInfo) -> None:
    """Twenty-three, twenty-four or twenty-five hours; in a zone that skipped a whole day, the next one there was."""
    begins, ends = start_of(day, zone).astimezone(UTC), start_of(day + timedelta(days=1), zone).astimezone(UTC)
    assert timedelta(0) <= ends - begins <= timedelta(hours=25)
    if ends - begins >= timedelta(hours=23):
        assert day_of(begins + timedelta(hours=12), zone) == day


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), ZONES)  # noqa: DTZ001  (hypothesis wants them so)
def test_every_instant_lies_within_its_day(instant: datetime, zone: ZoneInfo) -> None:
    at = instant.replace(tzinfo=UTC)
    day = day_of(at, zone)
    assert start_of(day, zone) <= at + timedelta(hours=1) and at < start_of(day + timedelta(days=1), zone)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_a_day_of_summer_time_has_the_hours_it_has(day: date, hours: int) -> None:
    begins, ends = start_of(day, NEW_YORK), start_of(day + timedelta(days=1), NEW_YORK)
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.django_db
def test_a_member_in_new_york_sees_the_hour_there_and_the_organisations_day(client: Client, org: Organisation) -> None:
    """The clock on the screen is the reader's; what counts as a day is the organisation's."""
    member = cast.member(language="en")
    accounts.open(cast.THRIVING, by=SYSTEM, at=NEW_YEARS_DAY)
    client.force_login(member)
    here = client.get("/journal").content.decode()
    members.change(member, by=SYSTEM, at=NEW_YEARS_DAY, zone="America/New_York")
    there = client.get("/journal").content.decode()
    assert "00:30" in here and "11:30" in there
    for first, last, is_found in (("2026-04-01", "2026-04-01", True), ("2026-03-31", "2026-03-31", False)):
        page = client.get(f"/journal?room=customers&first={first}&last={last}").content.decode()
        assert (cast.THRIVING in page) is is_found
    assert organisation.today(NEW_YEARS_DAY) == date(2026, 4, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("starts", "months", "ends"), [
    (date(2028, 2, 29), 12, date(2029, 2, 28)), (date(2026, 1, 31), 1, date(2026, 2, 28)),
    (date(2028, 1, 31), 1, date(2028, 2, 29)), (date(2026, 8, 31), 6, date(2027, 2, 28)),
])  # fmt: skip
def test_a_term_from_the_end_of_a_month_ends_at_the_end_of_a_month(
    org: Organisation, at: datetime, starts: date, months: int, ends: date
) -> None:
    account = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    signed = subscriptions.sign(account, starts_on=starts, term_months=months, auto_renews=False, by=SYSTEM, at=at)
    assert signed.ends_on == ends


@pytest.mark.django_db
def test_a_clock_that_is_set_back_breaks_neither_chain_nor_order(org: Organisation, at: datetime) -> None:
    for minutes in (0, -10, -5, 60, -60):
        accounts.open(f"株式会社{minutes}", by=SYSTEM, at=at + timedelta(minutes=minutes))
        journal.seal()
    told = list(Entry.objects.filter(sequence__isnull=False).order_by("sequence").values_list("id", flat=True))
    assert told == sorted(told) and journal.first_break() is None


@pytest.mark.django_db
def test_a_pass_over_the_chain_goes_on_where_it_was_and_comes_daily(org: Organisation, at: datetime) -> None:
    for n in range(7):
        accounts.open(f"株式会社{n}", by=SYSTEM, at=at)
    journal.seal()
    count = Entry.objects.count()
    assert [verification.step(at, 3) for _ in range(4)] == [3, 3, count - 6, 0]
    found = verification.last()
    assert found and (found.through, found.broken, found.ended_at) == (count, None, at)
    assert verification.step(at + timedelta(hours=23)) == 0 and verification.step(at + timedelta(hours=24)) == count
    verification.ask(at=at + timedelta(hours=25))
    assert verification.step(at + timedelta(hours=25, seconds=1)) == count


@pytest.mark.django_db
def test_a_pass_stops_at_the_first_entry_that_does_not_follow(org: Organisation, at: datetime) -> None:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    journal.seal()
    last = Entry.objects.order_by("sequence").last()
    assert account and last and last.sequence
    forged = {"sequence": last.sequence + 1, "hash": "0" * 64, "valid_at": at, "recorded_at": at}
    Entry.objects.create(action="customers.account.opened", actor_kind="system", **forged)
    verification.step(at)
    found = verification.last()
    assert found and found.broken == last.sequence + 1 and found.ended_at


@pytest.mark.django_db
def test_a_right_taken_before_the_clock_was_set_back_is_free_again(at: datetime) -> None:
    assert leases.take("drain", holder="before", seconds=60, at=at + timedelta(hours=2))
    assert leases.take("drain", holder="after", seconds=60, at=at)
