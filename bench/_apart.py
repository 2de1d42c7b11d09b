"""A benchmark in a process and a home of its own: what it measures is not what ran before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def apart(module: str, *arguments: str, timeout: int = 3600) -> list[dict[str, Any]]:
    """Run `python -m module` in an empty, migrated home; its last line of output is the rows as JSON."""
    with tempfile.TemporaryDirectory(prefix="nenrin-bench-") as home:
        env = {
            **os.environ, "NENRIN_HOME": home, "DJANGO_SETTINGS_MODULE": "nenrin.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }  # fmt: skip
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=env, check=True, timeout=300)
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=env,
            check=True,
            timeout=timeout,
            stdout=subprocess.PIPE,
            text=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def fsync_ms(folder: Path, times: int = 20) -> float:
    """Median milliseconds of one small fsynced write: print it beside whatever waits for the disk."""
    taken = []
    for number in range(times):
        started = perf_counter()
        with (folder / f"probe-{number}").open("wb") as out:
            out.write(b"x" * 4096)
            out.flush()
            os.fsync(out.fileno())
        taken.append((perf_counter() - started) * 1000)
    return sorted(taken)[times // 2]
