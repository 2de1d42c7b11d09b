"""Deeds: what somebody did at a moment. A history is its deeds in order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

# Deeds of one transaction: a deed alone waits for the disk.
TOGETHER = 250


@dataclass(frozen=True, slots=True)
class Deed:
    """One call of a public verb at an instant (aware). `rank` orders deeds of one instant."""

    at: datetime
    rank: int
    act: Callable[[datetime], object]


def moment(day: date, zone: ZoneInfo, *, hour: int = 10, minute: int = 0) -> datetime:
    """Return an instant of a day in the organisation's zone."""
    return datetime.combine(day, time(hour, minute), zone)


def done(deeds: Iterable[Deed], *, until: datetime, progress: Callable[[int], None] = lambda count: None) -> int:
    """Do everything up to `until` in order of time; returns how much that was."""
    due = sorted((deed for deed in deeds if deed.at <= until), key=lambda deed: (deed.at, deed.rank))
    for start in range(0, len(due), TOGETHER):
        with transaction.atomic():
            for deed in due[start : start + TOGETHER]:
                deed.act(deed.at)
        progress(min(len(due), start + TOGETHER))
    return len(due)
