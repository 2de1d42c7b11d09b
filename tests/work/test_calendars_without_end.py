"""Calendars that name the end of time, or a rule without one: each is read, and none keeps the others waiting."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import pytest

from nenrin.work.calendars import reading

TOKYO = ZoneInfo("Asia/Tokyo")
SINCE = datetime(2026, 11, 24, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=21)


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """What would go round for ever ends here."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it went round for a minute")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def days(*lines: str) -> list[str]:
    """On which days an event of Wednesday 25 November at ten in Tokyo takes place in these three weeks."""
    begins = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1@x", "DTSTART;TZID=Asia/Tokyo:20261125T100000")
    content = "\r\n".join((*begins, *lines, "END:VEVENT", "END:VCALENDAR", ""))
    return [f"{each.starts_at:%m-%d}" for each in reading.happenings(content, SINCE, UNTIL, TOKYO)]


WEEKLY, ONCE = ["11-25", "12-02", "12-09"], ["11-25"]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z"], WEEKLY),
        (["RRULE:FREQ=WEEKLY", "EXDATE:99991231T235959Z"], WEEKLY),
        (["RDATE:99991231T235959Z"], ONCE),
        (["DURATION:P99999999D"], ONCE),
        (["RRULE:FREQ=MONTHLY;BYDAY=99MO"], ONCE),
        (["RRULE:FREQ=WEEKLY;INTERVAL=0"], ONCE),
    ],
)
def test_an_event_without_end_takes_place_on_its_days(lines: list[str], found: list[str]) -> None:
    assert days(*lines) == found


def test_nobody_is_in_a_meeting_for_longer_than_a_month() -> None:
    content = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261125T010000Z\nDURATION:P99999999D\nEND:VEVENT\nEND:VCALENDAR"
    )
    (only,) = reading.happenings(content, SINCE, UNTIL, TOKYO)
    assert only.ends_at - only.starts_at == timedelta(days=31)
