"""Playbooks under kills between any two statements: 2,000 random histories, no step twice, none lost.

Each history lets health fall, time pass, versions change and accounts open and merge, kills reacting, looking, playing and
telling processes at any statement, and then lets the loops go on: every sign is told, every effect stands with its step,
each run is a line of one Slack message, every family has one place and one arm, every run ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HISTORIES = 2000


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_HISTORIES (2,000) histories of up to ten happenings."""
    count = os.environ.get("NENRIN_PROVE_HISTORIES", str(HISTORIES))
    words = [sys.executable, "-m", "pytest", "-q", "tests/playbooks/test_histories.py"]
    told = os.environ | {"NENRIN_PROVE_HISTORIES": count}
    done = subprocess.run(words, cwd=ROOT, env=told, capture_output=True, text=True, timeout=7200, check=False)
    print(done.stdout[-3000:])
    held = done.returncode == 0
    name = f"playbooks under kills at any statement, {int(count):,} histories"
    return [
        {
            "name": name,
            "figure": 0 if held else 1,
            "unit": "histories with a step twice or lost",
            "aim": 0,
            "holds": held,
        }
    ]
