"""What an account's people did in the product, by week: for pages, straight from the rollups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nenrin.ingest import lakes

WEEKS = 12
ROWS_AT_MOST = 30
RECENT_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Feature:
    """One event name (or mapped feature) with its count in each week, the oldest first."""

    name: str
    use: str  # login, key_feature, first_value, other or unmapped
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Usage:
    """Weeks end with `as_of`; the last one is as long as the others, so nothing is half counted."""

    as_of: date
    weeks: tuple[date, ...]  # first day of each
    users: tuple[int, ...]  # distinct active users of each
    events: tuple[int, ...]
    features: tuple[Feature, ...]
    first_seen: date | None

    @property
    def is_empty(self) -> bool:
        return not any(self.events)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it arrived."""

    at: datetime
    name: str
    user: str
    properties: str  # JSON


def of(account: int, as_of: date, *, weeks: int = WEEKS) -> Usage:
    """The last `weeks` times seven days up to and with `as_of`, as known now."""
    end = as_of + timedelta(days=1)
    start = end - timedelta(days=7 * weeks)
    with lakes.current().usage((start, end), known=as_of, accounts=[account]) as db:
        span = [start, end]
        names = db.execute(_FEATURES, [start, *span]).fetchall()
        users = dict(db.execute(_USERS, [start, *span]).fetchall())
        first = db.execute("select min(day) from seen").fetchone()
    features = _features(names, weeks)
    return Usage(
        as_of=as_of,
        weeks=tuple(start + timedelta(days=7 * n) for n in range(weeks)),
        users=tuple(users.get(n, 0) for n in range(weeks)),
        events=tuple(sum(feature.counts[n] for feature in features) for n in range(weeks)),
        features=tuple(features[:ROWS_AT_MOST]),
        first_seen=first[0] if first else None,
    )


_FEATURES = """
select coalesce(feature, event) as name, any_value(use) as use, (day - ?::date) // 7 as week, sum(n)::bigint
from usage where use <> 'ignore' and day >= ? and day < ? group by all
"""
_USERS = (
    "select (day - ?::date) // 7 as week, count(distinct user) from user_days where day >= ? and day < ? group by 1"
)


def _features(rows: Sequence[tuple[str, str, int, int]], weeks: int) -> list[Feature]:
    counts: dict[str, list[int]] = {}
    uses: dict[str, str] = {}
    for name, use, week, n in rows:
        counts.setdefault(name, [0] * weeks)[week] += n
        uses[name] = use
    found = [Feature(name, uses[name], tuple(row)) for name, row in counts.items()]
    return sorted(found, key=lambda feature: (feature.use != "key_feature", -feature.total, feature.name))


def recent(account: int, *, until: date, days: int = 30, limit: int = RECENT_AT_MOST) -> list[Happening]:
    """The account's last events of the `days` up to and with `until`, newest first.

    Only the partitions of those days are read: loading a page must not open a year of files.
    """
    lake = lakes.current()
    start, end = until - timedelta(days=days), until + timedelta(days=1)
    files = lake.events.files([(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)])
    if not files:
        return []
    with lake.usage((end, end), known=until, accounts=[account]) as db:
        # Through Arrow, which knows time zones without further libraries.
        rows: list[dict[str, Any]] = db.sql(_RECENT, params=[files, limit]).to_arrow_table().to_pylist()
    return [Happening(**row) for row in rows]


_RECENT = """
select e.valid_at as at, coalesce(nullif(e.name, ''), '$' || e.type) as name, coalesce(nullif(e."user", ''), e.anonymous) as "user", e.properties
from read_parquet(?, hive_partitioning = true) e
join links l on l.namespace = e.namespace and l.key = e.key
where e.day >= l.valid_from and e.day < l.valid_to
order by e.valid_at desc limit ?
"""
