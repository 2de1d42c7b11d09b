"""Accepted events to the lake on one core: identity, de-duplication, fsync and the ledger included."""

from __future__ import annotations

import os
from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """Drain NENRIN_BENCH_EVENTS (300,000) events of 2,000 users in 200 known accounts, in batches of 100."""
    return apart("bench._drain", os.environ.get("NENRIN_BENCH_EVENTS", "300000"))
