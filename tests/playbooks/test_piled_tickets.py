"""Tickets that pile up, on the past: counted as was known on each day, whatever was corrected later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from hypothesis import given
from hypothesis import strategies as some

from nenrin.insight.days import number
from nenrin.playbooks.replaying import occasions
from nenrin.playbooks.replaying.occasions import Span

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 30)
FOR_EVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Version:
    """What was known of a ticket from one day until before another."""

    account: int
    key: str
    opened: date
    learned: date
    until: date = FOR_EVER
    priority: str = "normal"


class Past:
    """A lake that holds these versions and nothing else."""

    def __init__(self, versions: list[Version]) -> None:
        self.versions = versions

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect() as db:
            db.execute(
                "create table tickets(account bigint, key varchar, opened_on date, learned_from date, believed_to date, "
                "priority varchar)"
            )
            for one in self.versions:
                told = [one.account, one.key, one.opened, one.learned, one.until, one.priority]
                db.execute("insert into tickets values (?, ?, ?, ?, ?, ?)", told)
            yield db


def fired(versions: list[Version], *, count: int, days: int, only_urgent: bool = False) -> list[tuple[int, date]]:
    span: Any = Span(Past(versions), FIRST, LAST, {}, ZoneInfo("Asia/Tokyo"))  # type: ignore[arg-type]
    found = occasions._tickets({"count": count, "days": days, "only_urgent": only_urgent}, span)
    return sorted((account, date(1970, 1, 1) + timedelta(on)) for account, on in found)


def on(day: int) -> date:
    return date(2026, 3, day)


def test_a_corrected_day_of_opening_counts_from_the_day_of_the_correction_on() -> None:
    wrong = Version(1, "a", date(2026, 1, 1), on(2), on(10))  # told at first as of January
    right = Version(1, "a", on(8), on(10))
    other = Version(1, "b", on(7), on(7))
    assert fired([wrong, right, other], count=2, days=7) == [(1, on(10))]
    assert fired([wrong, right, other], count=1, days=7) == [(1, on(7))], "once while it stays so"
    back = Version(1, "a", date(2026, 1, 1), on(10))  # and the other way round: it was told as of March, and was not
    assert fired([Version(1, "a", on(8), on(8), on(10)), back, other], count=2, days=7) == [(1, on(8))]


def test_it_fires_again_only_after_there_were_fewer() -> None:
    rows = [Version(1, f"{day}", on(day), on(day)) for day in (2, 3, 4, 20, 21)]
    assert fired(rows, count=2, days=7) == [(1, on(3)), (1, on(21))]
    late = [Version(1, "x", on(2), on(5)), Version(1, "y", on(3), on(6))]
    assert fired(late, count=2, days=7) == [(1, on(6))], "on the day on which it became known"
    assert fired([Version(1, "u", on(5), on(5), priority="urgent"), *late], count=2, days=7, only_urgent=True) == []


_VERSIONS = some.lists(
    some.tuples(some.integers(1, 2), some.integers(0, 3), some.integers(-5, 30), some.integers(0, 30)), max_size=25
)


@given(_VERSIONS, some.integers(1, 4), some.integers(1, 10))
def test_it_is_what_a_person_would_count_day_by_day(
    told: list[tuple[int, int, int, int]], count: int, days: int
) -> None:
    versions = _lived(told)
    expected = []
    for account in (1, 2):
        before = 0
        for shift in range(-40, (LAST - FIRST).days + 1):
            day = FIRST + timedelta(shift)
            known = [one for one in versions if one.account == account and one.learned <= day < one.until]
            level = sum(1 for one in known if one.opened <= day < one.opened + timedelta(days))
            if level >= count > before and day >= FIRST:
                expected.append((account, day))
            before = level
    assert fired(versions, count=count, days=days) == sorted(expected)
    assert number(FIRST) == (FIRST - date(1970, 1, 1)).days


def _lived(told: list[tuple[int, int, int, int]]) -> list[Version]:
    """Each ticket's versions follow each other: the next one ends the one before."""
    by_ticket: dict[tuple[int, int], dict[int, int]] = {}
    for account, key, opened, learned in told:
        by_ticket.setdefault((account, key), {})[learned] = opened
    versions = []
    for (account, key), known in by_ticket.items():
        days = sorted(known)
        for place, learned in enumerate(days):
            until = FIRST + timedelta(days[place + 1]) if place + 1 < len(days) else FOR_EVER
            opened = FIRST + timedelta(known[learned])
            versions.append(Version(account, f"{account}-{key}", opened, FIRST + timedelta(learned), until))
    return versions
