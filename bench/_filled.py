"""A lake of any size, made by the engine itself: 20,000 accounts, 200,000 users, 365 days, 3 % of it late."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.schemas import EVENTS, FACTS

ROOT = Path(__file__).resolve().parents[1]
ACCOUNTS, USERS = 20_000, 200_000
KIND = 3  # one more whenever what is prepared changes
FIRST = date(2025, 11, 1)
DAY = """
select 1::bigint as batch, 1::int as source, 'product' as namespace, 'e-{day}-' || i as event_id, 'track' as type,
       'feature_' || (hash(i, 3) % 12) as name, 'g:acct-' || (u % {accounts}) as key, 'user-' || u as user,
       null::varchar as anonymous, 'acct-' || (u % {accounts}) as "group",
       timestamptz '{day} 00:00:00+00' + to_microseconds((hash(i, 5) % 86400000000)::bigint) as valid_at,
       timestamptz '{day} 00:00:00+00' as received_at, null::timestamptz as original_at, null::timestamptz as sent_at,
       date '{day}' + if(hash(i, 7) % 100 < 3, (hash(i, 11) % 30)::int, 0) as known_on, date '{day}' as day, '' as flags,
       '{{"feature":"export","rows":' || i || '}}' as properties, null::varchar as traits, null::varchar as context
from (select i, hash('{day}', i) % {users} as u from range({events}) t(i))
"""


def fill(lake: Lake, events: int, days: int) -> None:
    """Append `events` events over `days` days."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    for number in range(days):
        day = FIRST + timedelta(days=number)
        query = DAY.format(day=day, events=events // days, accounts=ACCOUNTS, users=USERS)
        lake.append_events(db.sql(query).to_arrow_table().cast(EVENTS), app="bench", version=number)


def link(lake: Lake) -> None:
    """A key for every account and a membership for every user."""
    always = datetime(EVER.year, EVER.month, EVER.day, tzinfo=UTC)
    common = {"valid_at": always, "known_on": FIRST, "recorded_at": always, "seq": 1, "gone": False, "assumed": False}
    rows = [
        {**common, "kind": "key", "key": f"product|g:acct-{n}", "account": n + 1, "body": "{}"} for n in range(ACCOUNTS)
    ]
    rows += [{**common, "kind": "membership", "account": None, **membership(n)} for n in range(USERS)]
    lake.append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="bench", version=1)


def tell(lake: Lake) -> None:
    """What every account is and has signed, since when it was seen, and what the event catalogue says."""
    since = FIRST - timedelta(days=200)
    at = datetime(since.year, since.month, since.day, 12, tzinfo=UTC)
    common = {"valid_at": at, "known_on": since, "recorded_at": at, "seq": 1, "gone": False, "assumed": False}
    signed = {
        "starts_on": str(since), "ends_on": str(since + timedelta(days=1095)), "auto_renews": True, "term_months": 36,
        "status": "active", "seats": 12, "mrr_minor": 30_000, "currency": "JPY",
    }  # fmt: skip
    own = [("account", "{}", {"status": "customer", "customer_since": str(since)}), ("subscription", "s-{}", signed)]
    rows = [
        {**common, "kind": kind, "key": key.format(n + 1), "account": n + 1, "body": json.dumps(body)}
        for kind, key, body in own
        for n in range(ACCOUNTS)
    ]
    rows += [
        {**common, "kind": "mapping", "account": None, "key": f"product|feature_{n}",
         "body": json.dumps({"use": "key_feature" if n else "login", "feature": f"feature_{n}"})}
        for n in range(12)
    ]  # fmt: skip
    rows += sightings()
    lake.append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="bench", version=2)


def sightings() -> list[dict[str, Any]]:
    """Every account was seen on the first day."""
    at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    common = {"valid_at": at, "known_on": FIRST, "recorded_at": at, "seq": 1, "gone": False, "assumed": False}
    seen = {"kind": "sighting", "account": None, "body": json.dumps({"day": str(FIRST)})}
    return [{**common, **seen, "key": f"product|g:acct-{n}"} for n in range(ACCOUNTS)]


def prepared(events: int, days: int) -> Path:
    """A lake of this size, filled, told and rolled once and kept under var/bench: read it, never write to it."""
    kept = ROOT / "var" / "bench" / f"lake-{events}-{days}-{KIND}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept.parent) as fresh:
            lake = Lake(Path(fresh) / "lake")
            fill(lake, events, days)
            link(lake)
            tell(lake)
            lake.roll()
            with lake.session():
                pass  # the links of a lake this size are worked out once
            (Path(fresh) / "lake").rename(kept)
    return kept


def lay(kept: Path, home: Path, *rooms: str) -> None:
    """The prepared lake, or some of its tables, in a home: by hard links, as no file of a lake is ever changed."""
    for room in rooms or [path.name for path in kept.iterdir() if path.is_dir()]:
        shutil.copytree(kept / room, home / "lake" / room, copy_function=_linked)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)  # another file system
    return target


def membership(user: int) -> dict[str, Any]:
    """The columns of the fact that a user belongs to a group."""
    body = {"user": f"user-{user}", "group": f"acct-{user % ACCOUNTS}"}
    return {"key": f"product|u:{body['user']}|g:{body['group']}", "body": json.dumps(body)}
