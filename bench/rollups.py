"""Both rollups of all days, against the same bitemporal query bare in DuckDB over the same files."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """NENRIN_BENCH_EVENTS (50,000,000) events over NENRIN_BENCH_DAYS (365) days; smaller ones for a quick look.

    The events are made once and kept under var/bench, some 2 GB at full size.
    """
    return apart(
        "bench._rollups", os.environ.get("NENRIN_BENCH_EVENTS", "50000000"), os.environ.get("NENRIN_BENCH_DAYS", "365")
    )
