"""A thousand kills with -9 of server and worker while four clients send; NENRIN_KILLS changes the number."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.battering import batter
from tests.flows.running import install


def run() -> list[dict[str, Any]]:
    kills = int(os.environ.get("NENRIN_KILLS", "1000"))
    with tempfile.TemporaryDirectory() as folder:
        outcome = batter(install(Path(folder) / "home"), kills)
    told = f"of {outcome.acknowledged} acknowledged, {kills} kills"
    rows = [("acknowledged events lost", len(outcome.lost)), ("events stored twice", len(outcome.twice))]
    return [
        {
            "name": f"kills: {name}",
            "figure": figure,
            "unit": f"events {told}",
            "aim": 0,
            "holds": figure == 0 and outcome.is_whole,
        }
        for name, figure in rows
    ]
