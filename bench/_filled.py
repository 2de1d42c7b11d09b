"""A lake of any size, made by the engine itself: 20,000 accounts, 200,000 users, 365 days, 3 % of it late."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.schemas import EVENTS, FACTS

ACCOUNTS, USERS = 20_000, 200_000
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


def membership(user: int) -> dict[str, Any]:
    """The columns of the fact that a user belongs to a group."""
    body = {"user": f"user-{user}", "group": f"acct-{user % ACCOUNTS}"}
    return {"key": f"product|u:{body['user']}|g:{body['group']}", "body": json.dumps(body)}
