"""python -m bench._money_pages: prints rows as JSON; run by bench/pages.py in a home of its own.

The pages of revenue, KPIs and decisions as an administrator sees them: 20,000 accounts with three years of contracts.
Each page is asked once while nothing is worked out, and then as whoever comes next is answered.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import timedelta
from typing import Any

import django
import duckdb
import time_machine

django.setup()

from bench import _my_day, _pages  # noqa: E402
from bench._my_day import NOW, TODAY  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.analytics.lake.schemas import FACTS  # noqa: E402
from nenrin.analytics.revenue.periods import month_start  # noqa: E402
from nenrin.cli.init import create  # noqa: E402
from nenrin.customers.models import Account  # noqa: E402
from nenrin.foundation import bulk, garbage  # noqa: E402
from nenrin.foundation.models import Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.ingest import lakes  # noqa: E402
from nenrin.insight.models import Risk, RiskSaid  # noqa: E402
from nenrin.insight.revenue import books  # noqa: E402

FIRST_AIM_MS, AIM_MS = 1000, 200
PAGES = {
    "revenue movements": "/revenue",
    "revenue movements by tier": "/revenue?by=tier",
    "KPI list": "/kpis",
    "KPI list by tier": "/kpis?by=tier",
    "KPI (NRR)": "/kpis/nrr",
    "KPI (NRR) by tier": "/kpis/nrr?by=tier",
    "executive dashboard": "/executive",
    "executive dashboard of a tier": "/executive?by=tier&slice=smb",
    "cohorts": "/revenue/cohorts",
    "lifetimes": "/lifetimes",
    "revenue forecast": "/risk/forecast",
    "return on investment": "/roi",
}
#: What was told of accounts up to today, drawn by the engine: the columns of FACTS without those that are the same in all.
ACCOUNT = """
select 'account' as kind, id::varchar as key, id as account, today - 1300 as day,
       json_object('status', 'customer', 'tier', ['enterprise', 'mid_market', 'smb'][1 + id % 3], 'touch_model',
                   ['high', 'low', 'tech'][1 + id % 3], 'industry', 'i' || id % 8, 'region', 'r' || id % 4, 'tags', [],
                   'attributes', json_object(), 'customer_since', (today - 1200)::varchar) as body
from drawn
"""
#: Four contracts for every three accounts, each with up to four prices; a third of them ended.
SIGNED = """
with of as (select *, unnest(range(1 + (h % 3 = 0)::int)) as n from drawn),
begun as (select *, today - 30 - (hash(h, n) % 1170)::int as starts, 10000 + (hash(h, n, 1) % 90000)::bigint as minor from of)
select 'subscription', id || '-' || n, id, starts,
       json_object('plan', ['basic', 'pro'][1 + h % 2], 'product', ['core', 'more'][1 + n], 'status', 'active',
                   'starts_on', starts::varchar, 'ends_on', (today + (h % 365)::int)::varchar,
                   'notice_deadline', (today + (h % 300)::int)::varchar, 'auto_renews', true, 'seats', 10,
                   'mrr_minor', minor, 'currency', 'JPY', 'term_months', 12,
                   'ended_on', if(h % 3 = 1, (starts + 100 + (hash(h) % 700)::int)::varchar, null), 'steps',
                   [json_object('from_on', (starts + (200 * k)::int)::varchar, 'mrr_minor', minor + 1000 * k * (1 - k % 2 * 2),
                                'seats', 10 + k) for k in range(1 + h % 4)])
from begun
"""
ANSWERED = """
select 'answer', id || '-' || n, id, today - (30 * n + h % 30)::int,
       json_object('survey', 'nps', 'score', hash(h, n) % 11, 'answered_on', (today - (30 * n + h % 30)::int)::varchar,
                   'sent_on', (today - (30 * n + 30)::int)::varchar, 'respondent', id || '@example.com')
from drawn, range(0, 24, 6) t(n)
"""
OPENED = """
select 'ticket', id || '-' || n, id, today - (60 * n + h % 60)::int,
       json_object('kind', 'question', 'opened_on', (today - (60 * n + h % 60)::int)::varchar,
                   'resolved_on', (today - (60 * n + h % 50)::int)::varchar)
from drawn, range(8) t(n)
"""
BEGUN = """
select 'onboarding', id::varchar, id, today - (h % 1100)::int,
       json_object('state', 'closed', 'starts_on', (today - (h % 1100)::int)::varchar,
                   'due_on', (today - (h % 1100)::int + 90)::varchar, 'first_due_on', (today - (h % 1100)::int + 90)::varchar,
                   'first_value_on', (today - (h % 1100)::int + 20 + (h % 60)::int)::varchar,
                   'completed_on', (today - (h % 1100)::int + 50 + (h % 60)::int)::varchar)
from drawn
"""
SPENT = """
select 'cost', 'acquisition-' || n, null, today - (30 * n)::int,
       json_object('month', date_trunc('month', today - (30 * n)::int)::date::varchar, 'category', 'acquisition', 'minor', 30000000,
                   'currency', 'JPY')
from (select date '{today}' as today), range(36) t(n)
"""
TOLD = """
with drawn as (select unnest($ids) as id, (hash(unnest($ids)) % 1000003)::bigint as h, date '{today}' as today), told(kind, key, account, day, body) as (
  {kinds}
)
select kind, key, account::bigint as account, day::timestamp at time zone 'UTC' as valid_at, day as known_on,
       day::timestamp at time zone 'UTC' as recorded_at, 1::bigint as seq, false as gone, false as assumed, body::varchar as body
from told
"""


def main() -> list[dict[str, Any]]:
    with time_machine.travel(NOW, tick=True):
        create(at=NOW, name="Bench", email="bench@nenrin.example", password="rings grow every year", language="ja",
               zone="Asia/Tokyo", currency="JPY", fiscal_start=4)  # fmt: skip
        begun = time.perf_counter()
        _my_day.fill(random.Random(2026))
        tell()
        foresee()
        print(f"filled: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
        return measured()


def tell() -> None:
    """What the database has of accounts, and what makes up their money, in the lake."""
    kinds = " union all ".join(f"({kind})" for kind in (ACCOUNT, SIGNED, ANSWERED, OPENED, BEGUN, SPENT))
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    with duckdb.connect() as db:
        db.execute("set timezone = 'UTC'")
        told = db.execute(
            TOLD.format(today=TODAY, kinds=kinds.replace("{today}", str(TODAY))), {"ids": ids}
        ).to_arrow_table()
    lakes.current().append_facts(told.cast(FACTS), app="bench", version=1)


def foresee() -> None:
    """Risks of twelve months ahead, as the nightly pass leaves them, and what was said at the begin of the twelve before."""
    told = {
        "months": [0.01 + 0.001 * n for n in range(12)],
        "horizons": [[90, 0.04, 0.01, 0.1], [365, 0.15, 0.05, 0.3]],
    }
    Risk.objects.update(**told)
    rows = list(Risk.objects.order_by("account").values_list("account_id", "version_id", "minor"))
    for back in range(12):
        day = month_start(TODAY, -back) - timedelta(1)
        _my_day.insert(
            bulk.made(RiskSaid, account_id=account, event="churn", as_of=day, version_id=version, p=0.04, low=0.01, high=0.1,
                      minor=minor, **told)
            for account, version, minor in rows
        )  # fmt: skip


def measured() -> list[dict[str, Any]]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-encoding": "br"})
    admin = Member.objects.get(role=Role.ADMINISTRATOR)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    garbage.settle()
    return [row for name, path in PAGES.items() for row in _twice(client, name, path)]


def _twice(client: Client, name: str, path: str) -> list[dict[str, Any]]:
    """With an empty memory, and with what was worked out."""
    begun = []
    for _ in range(3):
        books._kept.clear()
        begun.append(_pages._timed(client, path))
    first = _pages._row(f"{name}: nothing worked out", round(1000 * max(begun), 1), "ms, slowest of 3", FIRST_AIM_MS)
    return [first, *_pages.page(client, name, path, AIM_MS)]


if __name__ == "__main__":
    print(json.dumps(main()))
