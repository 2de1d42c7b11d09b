"""The account list and an account's pages in a large home: server time, queries, bytes of a first load."""

from __future__ import annotations

from typing import Any

from _apart import apart

ACCOUNTS, CONTACTS, EVENTS = 20_000, 200_000, 2_000_000


def run() -> list[dict[str, Any]]:
    return apart("bench._pages", str(ACCOUNTS), str(CONTACTS), str(EVENTS))
