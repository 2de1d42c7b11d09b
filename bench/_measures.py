"""bench.measures, in its own process. The rollups are written straight to their shelf; 3 % of the rows come late."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from nenrin.analytics import kpis
from nenrin.analytics.lake import Lake, merging
from nenrin.analytics.lake.rollups import BEATS, ROWS_IN_GROUP
from nenrin.analytics.lake.schemas import FACTS
from nenrin.analytics.lake.shelf import Piece

LAST = date(2026, 6, 28)
LATE = "case when hash(a, e, '{day}', 1) % 100 < 3 then date '{day}' + (hash(a, e, 2) % 30)::int else date '{day}' end"
USED = "(hash(a, e, '{day}', {salt}) % 1000) / 1000.0 < {share}"
COUNTS = (
    "select 'product' as namespace, 1::integer as source, 'g:' || a as key, date '{day}' as day,"
    f" 'event_' || e as event, {LATE} as known_on, (1 + hash(a, e, '{{day}}', 3) % 5)::bigint as n"
    f" from range(1, {{accounts}} + 1) t(a), range(6) u(e) where {USED}"
)
USERS = (
    "select 'product' as namespace, 1::integer as source, 'g:' || a as key, date '{day}' as day,"
    f" 'u:' || a || '-' || e as user, {LATE} as known_on"
    f" from range(1, {{accounts}} + 1) t(a), range(10) u(e) where {USED}"
)
USES = ("login", "key_feature", "key_feature", "key_feature", "other", "ignore")
BODIES = {
    "account": "{'status': 'customer', 'customer_since': began}",
    "subscription": "{'starts_on': began, 'ends_on': began + 365, 'notice_deadline': began + 335, 'auto_renews': true,"
    " 'term_months': 12, 'status': 'active', 'seats': 10, 'mrr_minor': 30000, 'currency': 'JPY',"
    " 'steps': [{'from_on': began, 'mrr_minor': 30000, 'seats': 10}]}",
    "ticket": "{'priority': if(i = 0, 'urgent', 'normal'), 'opened_on': day, 'resolved_on': day + 5, 'kind': 'question'}",
    "touch": "{'channel': 'call', 'direction': 'out', 'human': true, 'on': day, 'minutes': 30}",
    "answer": "{'survey': 'nps', 'score': hash(a, i) % 11, 'answered_on': day}",
    "pulse": "{'grade': 1 + hash(a, i) % 6, 'expires_on': null, 'reasons': []}",
}
TIMES = {"account": 1, "subscription": 1, "ticket": 8, "touch": 8, "answer": 2, "pulse": 2}


def main(accounts: int, days: int) -> list[dict[str, Any]]:
    lake = Lake(Path(os.environ["NENRIN_HOME"]) / "lake")
    fill(lake, accounts, days)
    everything, today = kpis.find(), kpis.Grid.on(LAST)
    kpis.evaluate(lake, everything, today, accounts=[1])  # the links are resolved once and kept
    one = [timed(lambda a=a: kpis.evaluate(lake, everything, today, accounts=[a])) for a in (7, 77, 777, 3, 33)]
    all_one_day = timed(lambda: kpis.evaluate(lake, everything, today))
    grid = kpis.Grid.daily(LAST - timedelta(days - 1), LAST)
    on_grid = timed(lambda: [slab.num_rows for slab in kpis.evaluate_in_slabs(lake, everything, grid)])
    return [
        row("one account, one day", statistics.median(one), 0.2),
        row(f"{accounts:,} accounts, one day", all_one_day, 5),
        row(f"{accounts:,} accounts, {days} days", on_grid, 30, peer=all_one_day * days),
    ]


def row(name: str, seconds: float, aim: float, peer: float | None = None) -> dict[str, Any]:
    return {
        "name": f"measures: {name}", "figure": round(seconds, 3), "unit": "s",
        "peer": "the same day by day" if peer else None, "peer_figure": round(peer, 1) if peer else None,
        "ratio": round(seconds / peer, 4) if peer else None, "aim": f"<= {aim}", "holds": seconds <= aim,
    }  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


def fill(lake: Lake, accounts: int, days: int) -> None:
    """Usage on `days` days and 100 before them; contracts, tickets, touches, answers, pulses of every account."""
    first = LAST - timedelta(days + 99)
    pieces: dict[str, list[Piece]] = {"counts": [], "users": [], "beats": []}
    with duckdb.connect() as db:
        for start, end in _half_months(first, LAST):
            for rollup, piece in zip(pieces, _pieces(lake, db, accounts, start, end), strict=True):
                pieces[rollup].append(piece)
        facts = db.sql(_facts(accounts, first)).to_arrow_table()
    lake.rollups.shelf.publish(1, pieces)
    lake.append_facts(facts.cast(FACTS), app="bench", version=1)


def _half_months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Spans as a first roll makes them: within a month, some two weeks long."""
    while first <= last:
        half = first.replace(day=15) if first.day < 15 else merging.following(merging.month(first)) - timedelta(1)
        yield first, min(half, last)
        first = half + timedelta(1)


def _pieces(lake: Lake, db: duckdb.DuckDBPyConnection, accounts: int, first: date, last: date) -> Iterator[Piece]:
    """The rollups of a span of days, each day with its own share of accounts at work."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    for rollup, query, share, salt in (("counts", COUNTS, 0.6, 5), ("users", USERS, 0.45, 7)):
        rows = [
            query.format(day=day, accounts=accounts, share=(0.9 if day.weekday() < 5 else 0.1) * share, salt=salt)
            for day in days
        ]
        yield _written(lake, db, rollup, " union all ".join(rows), "key, day")
    yield _written(lake, db, "beats", BEATS, "day")


def _written(lake: Lake, db: duckdb.DuckDBPyConnection, rollup: str, query: str, order: str) -> Piece:
    place = lake.rollups.shelf.place(rollup)
    db.execute(f"create or replace temp table rolled_{rollup} as {query}")
    db.execute(
        f"copy (from rolled_{rollup} order by {order}) to '{place}'"
        f" (format parquet, compression zstd, row_group_size {ROWS_IN_GROUP})"
    )
    [span] = db.execute(f"select min(day), max(day), count(*) from rolled_{rollup}").fetchall()
    return Piece(place, *span)


def _facts(accounts: int, first: date) -> str:
    """Every version as a row of the facts table, numbered."""
    since = first - timedelta(100)
    span = (LAST - first).days
    said = [
        f"select '{kind}' as kind, {_key(kind)} as key, a as account, day, began, {body}::json as body"
        for kind, body in BODIES.items()
    ]
    facts = [
        f"{query} from (select a, i, date '{since}' + (hash(a) % 60)::int as began, {_valid(kind, first, span)} as day"
        f" from range(1, {accounts} + 1) t(a), range({TIMES[kind]}) u(i))"
        for query, kind in zip(said, BODIES, strict=True)
    ]
    facts += [
        f"select 'key', 'product|g:' || a, a, null, date '{since}', '{{}}'::json from range(1, {accounts} + 1) t(a)",
        f"select 'sighting', 'product|g:' || a, null, null, date '{since}', {{'day': date '{since}'}}::json"
        f" from range(1, {accounts} + 1) t(a)",
        *(
            f"select 'mapping', 'product|event_{place}', null, null, date '{since}',"
            f" {{'use': '{use}', 'feature': 'f{place}'}}::json"
            for place, use in enumerate(USES)
        ),
    ]
    return f"""
select kind, key, account::bigint as account,
  coalesce(day, date '1900-01-01')::timestamp::timestamptz as valid_at, coalesce(day, began) as known_on,
  coalesce(day, began)::timestamp::timestamptz as recorded_at, row_number() over (order by kind, key, day) as seq,
  false as gone, false as assumed, body::varchar as body
from ({" union all ".join(facts)}) order by kind, account, key"""


def _key(kind: str) -> str:
    return "a::varchar" if kind == "account" else f"'{kind}-' || a || '-' || i"


def _valid(kind: str, first: date, span: int) -> str:
    if kind in ("account", "subscription"):
        return f"date '{first - timedelta(100)}' + (hash(a) % 60)::int"
    return f"date '{first}' + (hash(a, i, '{kind}') % {span})::int"


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
