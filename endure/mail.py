"""Ten thousand mails through two workers, killed with -9 two hundred times; NENRIN_KILLS changes the number."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.mailing import WORKERS, Outcome, batter

MAILS = 10_000


def run() -> list[dict[str, Any]]:
    kills = int(os.environ.get("NENRIN_KILLS", "200"))
    with tempfile.TemporaryDirectory() as folder:
        outcome = batter(Path(folder) / "home", MAILS, kills, limit_seconds=3600)
    told = f"of {MAILS} mails, {WORKERS} workers, {kills} kills, a server with tempers, {outcome.seconds:.0f} s"
    skipped = outcome.audience - outcome.sum
    waiting = sum(outcome.states.get(state, 0) for state in ("queued", "claimed"))
    return [
        _row("mail: sent twice", len(outcome.twice), told),
        _row("mail: sent by our book and never taken", len(outcome.lost), told),
        _row("mail: taken and not in our book", len(outcome.missing), told),
        _row("mail: skipped in silence (audience less all parts)", skipped, told),
        _row("mail: left waiting", waiting, told),
        {
            "name": "mail: unknown, listed for a person",
            "figure": outcome.unknown,
            "unit": told,
            "aim": _most_unknown(outcome),
            "holds": outcome.unknown <= _most_unknown(outcome),
        },
    ]


def _most_unknown(outcome: Outcome) -> int:
    """One for each worker killed, and what the server itself left open: a line broken after the mail (3 of 6 tempers,
    one mail in twelve), with room for chance."""
    return outcome.kills * WORKERS + MAILS // 12 // 2 * 5 // 4


def _row(name: str, figure: int, unit: str) -> dict[str, Any]:
    return {"name": name, "figure": figure, "unit": unit, "aim": 0, "holds": figure == 0}
