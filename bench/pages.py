"""The account list, an account's pages and the boards in a large home: server time, queries, bytes of a first load."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart

CONTACTS = 200_000


def run() -> list[dict[str, Any]]:
    """20,000 accounts, 200,000 contacts, NENRIN_BENCH_EVENTS (50,000,000) over NENRIN_BENCH_DAYS (365) days.

    The lake beneath is that of bench.rollups, kept under var/bench. Renewals, the journey, opportunities and playbooks
    in a second home, without a lake, that is filled as that of bench.my_day; revenue, KPIs and the executive dashboard in a
    third, whose lake holds three years of contracts. NENRIN_BENCH_HOMES (accounts,boards,money) names those to run.
    """
    events, days = os.environ.get("NENRIN_BENCH_EVENTS", "50000000"), os.environ.get("NENRIN_BENCH_DAYS", "365")
    homes = {
        "accounts": ("bench._pages", str(CONTACTS), events, days),
        "boards": ("bench._boards",),
        "money": ("bench._money_pages",),
    }
    wanted = os.environ.get("NENRIN_BENCH_HOMES", ",".join(homes)).split(",")
    return [row for name in wanted for row in apart(*homes[name])]
