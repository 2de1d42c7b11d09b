"""My day of a CSM with 200 accounts, 20,000 in the workspace: server time and queries, and the team's day beside it."""

from __future__ import annotations

from typing import Any

from bench._apart import apart


def run() -> list[dict[str, Any]]:
    """In a home of its own, filled past the verbs: accounts, contracts, health, risks, touches, tickets, tasks."""
    return apart("bench._my_day")
