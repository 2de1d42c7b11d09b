"""Both rollups of all days, against the same bitemporal query bare in DuckDB over the same files."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """NENRIN_BENCH_EVENTS (4,000,000; 50000000 for the full size) events over NENRIN_BENCH_DAYS (60; 365) days."""
    return apart(
        "bench._rollups", os.environ.get("NENRIN_BENCH_EVENTS", "4000000"), os.environ.get("NENRIN_BENCH_DAYS", "60")
    )
