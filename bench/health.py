"""Health of 20,000 accounts from rollups to the tables of the pages; one account; a preview; a tick."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """NENRIN_BENCH_ACCOUNTS (20,000) accounts with 120 days of usage."""
    return apart("bench._health", os.environ.get("NENRIN_BENCH_ACCOUNTS", "20000"))
