"""Measures from rollups: one account, all accounts on one day, all accounts on a grid of days."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """NENRIN_BENCH_ACCOUNTS (20,000) accounts of ten end users on NENRIN_BENCH_GRID (365) days."""
    accounts, days = os.environ.get("NENRIN_BENCH_ACCOUNTS", "20000"), os.environ.get("NENRIN_BENCH_GRID", "365")
    return apart("bench._measures", accounts, days)
