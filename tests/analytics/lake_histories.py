"""Random histories of usage and links, and what they mean, worked out the slow and obvious way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.schemas import EVENTS, FACTS

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
USERS, GROUPS, ANONYMOUS, ACCOUNTS = ("u1", "u2"), ("g1", "g2"), ("a1",), (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: on `day` of Tokyo, at an hour, known on `known`."""

    day: date
    hour: int
    known: date
    user: str | None
    anonymous: str | None
    group: str | None

    @property
    def key(self) -> str:
        if self.group:
            return f"g:{self.group}"
        return f"u:{self.user}" if self.user else f"a:{self.anonymous}"


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a fact; `about` is its key, `value` what it says."""

    kind: str
    about: str
    value: str
    known: date
    valid: date
    gone: bool


def _late(day: date, by: int) -> date:
    return day + timedelta(days=by)


lateness = st.sampled_from([0, 0, 0, 1, 4])
events = st.builds(
    lambda day, hour, late, who, group: Happened(day, hour, _late(day, late), who[0], who[1], group),
    st.sampled_from(DAYS[:9]), st.integers(0, 23), lateness,
    st.sampled_from([("u1", None), ("u2", None), ("u1", "a1"), (None, "a1")]), st.sampled_from([None, None, *GROUPS]),
)  # fmt: skip


def _facts(kind: str, about: Sequence[str], values: Sequence[str], valid: Sequence[date]) -> st.SearchStrategy[Said]:
    return st.builds(
        Said, st.just(kind), st.sampled_from(about), st.sampled_from(values), st.sampled_from(DAYS),
        st.sampled_from(valid), st.sampled_from([False, False, False, True]),
    )  # fmt: skip


EVER = date(1900, 1, 1)
histories = st.tuples(
    st.lists(events, min_size=1, max_size=25),
    st.lists(
        st.one_of(
            _facts("key", GROUPS, [str(account) for account in ACCOUNTS], [EVER, *DAYS]),
            _facts("membership", USERS, GROUPS, [EVER, *DAYS]),
            _facts("alias", ANONYMOUS, USERS, [EVER]),
            _facts("survivor", [str(account) for account in ACCOUNTS], [str(a) for a in ACCOUNTS], [EVER]),
            _facts("ticket", ["T-1", "T-2"], [str(account) for account in ACCOUNTS], DAYS),
        ),
        max_size=14,
    ).map(lambda said: [*BEGINNING, *said]),
)
BEGINNING = [
    Said("key", "g1", "1", FIRST, EVER, False), Said("key", "g2", "2", FIRST, EVER, False),
    Said("membership", "u1", "g1", FIRST, EVER, False),
]  # fmt: skip


def lake_of(path: Path, happened: Sequence[Happened], said: Sequence[Said]) -> Lake:
    """A lake in which the history arrived as it was known, rolled up as it went."""
    lake = Lake(path, zone="Asia/Tokyo")
    half = len(happened) // 2
    for version, part in enumerate([happened[:half], happened[half:]]):
        if part:
            lake.append_events(_events(part), app="test", version=version)
            lake.roll()
    lake.append_facts(versions(said), app="test", version=1)
    return lake


def _events(happened: Sequence[Happened]) -> pa.Table:
    rows = []
    for number, one in enumerate(happened):
        at = datetime(one.day.year, one.day.month, one.day.day, one.hour, tzinfo=TOKYO).astimezone(UTC)
        rows.append(
            {
                "batch": 1, "source": 1, "namespace": "app", "event_id": str(number), "type": "track", "name": "e",
                "key": one.key, "user": one.user, "anonymous": one.anonymous, "group": one.group, "valid_at": at,
                "received_at": at, "known_on": one.known, "day": at.date(), "flags": "",
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=EVENTS)


def versions(said: Sequence[Said], first: int = 0) -> pa.Table:
    """As rows of the lake, in the order in which they were said; `first` is the number of the first."""
    rows = []
    for seq, one in enumerate(said, first):
        key, account, body = _told(one)
        valid = datetime(
            one.valid.year, one.valid.month, one.valid.day, 0, 30, tzinfo=UTC if one.valid == EVER else TOKYO
        )
        rows.append(
            {
                "kind": one.kind, "key": key, "account": account, "valid_at": valid.astimezone(UTC), "known_on": one.known,
                "recorded_at": valid, "seq": seq, "gone": one.gone, "assumed": False, "body": json.dumps(body),
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FACTS)


def _told(one: Said) -> tuple[str, int | None, dict[str, object]]:
    if one.kind == "key":
        return f"app|g:{one.about}", int(one.value), {}
    if one.kind == "membership":
        return f"app|u:{one.about}|g:{one.value}", None, {"user": one.about, "group": one.value}
    if one.kind == "alias":
        return f"app|a:{one.about}", None, {"user": one.value}
    if one.kind == "survivor":
        return one.about, int(one.about), {"survivor": int(one.value)}
    return one.about, int(one.value), {"priority": "high"}


@dataclass(frozen=True, slots=True)
class Oracle:
    """The meaning of a history, one question at a time."""

    happened: Sequence[Happened]
    said: Sequence[Said]

    def usage(self, as_of: date, known: date) -> Counter[int]:
        """Events up to `as_of` by account, as known on `known`."""
        found: Counter[int] = Counter()
        for one in self.happened:
            account = self.account(one.key, one.day, known)
            if one.day <= as_of and one.known <= known and account is not None:
                found[account] += 1
        return found

    def users(self, as_of: date, known: date) -> set[tuple[int, str]]:
        """Distinct (account, user) of the events up to `as_of`, as known on `known`."""
        found = set()
        for one in self.happened:
            account = self.account(one.key, one.day, known)
            if one.day <= as_of and one.known <= known and account is not None:
                found.add((account, f"u:{one.user}" if one.user else self.person(one.anonymous or "", known)))
        return found

    def tickets(self, as_of: date, known: date) -> set[tuple[int, str]]:
        """(account, ticket) that stand on `as_of`, as known on `known`."""
        found = set()
        for about in ("T-1", "T-2"):
            last = self._last("ticket", about, known, as_of)
            if last and not last.gone:
                found.add((self.survivor(int(last.value), known), about))
        return found

    def account(self, key: str, day: date, known: date) -> int | None:
        kind, _, name = key.partition(":")
        if kind == "a":
            last = self._last("alias", name, known, EVER)
            return None if last is None or last.gone else self.account(f"u:{last.value}", day, known)
        if kind == "u":
            groups = self._groups(name, day, known)
            return self.account(f"g:{groups.pop()}", day, known) if len(groups) == 1 else None
        last = self._last("key", name, known, day)
        return None if last is None or last.gone else self.survivor(int(last.value), known)

    def person(self, anonymous: str, known: date) -> str:
        last = self._last("alias", anonymous, known, EVER)
        return f"a:{anonymous}" if last is None or last.gone else f"u:{last.value}"

    def survivor(self, account: int, known: date) -> int:
        passed = {account}
        while True:
            last = self._last("survivor", str(account), known, EVER)
            if last is None or last.gone or int(last.value) in passed:
                return account
            account = int(last.value)
            passed.add(account)

    def _groups(self, user: str, day: date, known: date) -> set[str]:
        """The groups that hold on a day; before the first day of any, those of that first day."""
        for asked in [day, *[later for later in [EVER, *DAYS] if later > day]]:
            held = {group for group in GROUPS if self._holds(user, group, asked, known)}
            earlier = any(self._holds(user, g, d, known) for g in GROUPS for d in [EVER, *DAYS] if d < asked)
            if held or earlier:
                return held if asked == day or not earlier else set()
        return set()

    def _holds(self, user: str, group: str, day: date, known: date) -> bool:
        last = None
        for one in self._in_order("membership", user, known):
            if one.value == group and one.valid <= day:
                last = one
        return last is not None and not last.gone

    def _last(self, kind: str, about: str, known: date, day: date) -> Said | None:
        last = None
        for one in self._in_order(kind, about, known):
            if one.valid <= day:
                last = one
        return last

    def _in_order(self, kind: str, about: str, known: date) -> list[Said]:
        chosen = [one for one in self.said if one.kind == kind and one.about == about and one.known <= known]
        return sorted(chosen, key=lambda one: one.known)
