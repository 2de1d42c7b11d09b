"""Fresh events, a few of them late, on top of a large lake: from the spool to the health of whom they touched."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """5,000 events, 5 % late over 30 days, on NENRIN_BENCH_EVENTS (50,000,000) over NENRIN_BENCH_DAYS (365) days.

    The lake beneath is that of bench.rollups, kept under var/bench.
    """
    return apart(
        "bench._fresh", os.environ.get("NENRIN_BENCH_EVENTS", "50000000"), os.environ.get("NENRIN_BENCH_DAYS", "365")
    )
