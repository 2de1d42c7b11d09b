"""Run benchmarks, proofs or endurance runs; print a table and write var/results/<target>.json.

usage: figures.py bench|prove|endure [NAME]    NAME is a file of that folder, without .py
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "var" / "results"
FIELDS = ("name", "figure", "unit", "peer", "peer_figure", "ratio", "aim", "holds")


def fsync_milliseconds(rounds: int = 50) -> float:
    """How long this machine's disk takes to promise a write: the floor under every durable figure."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    probe = RESULTS / "fsync.probe"
    with probe.open("wb") as out:
        begun = time.perf_counter()
        for _ in range(rounds):
            out.write(b"x" * 4096)
            out.flush()
            os.fsync(out.fileno())
        taken = time.perf_counter() - begun
    probe.unlink()
    return round(1000 * taken / rounds, 3)


def run(file: Path) -> list[dict[str, Any]]:
    spec = spec_from_file_location(f"{file.parent.name}_{file.stem}", file)
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return [{field: row.get(field) for field in FIELDS} for row in module.run()]


def outcome(file: Path) -> list[dict[str, Any]]:
    """The rows of one file; where it breaks, one row that says so, and the others still run."""
    try:
        return run(file)
    except Exception:
        traceback.print_exc()
        return [dict.fromkeys(FIELDS) | {"name": f"{file.stem}: broke off", "holds": False}]


def keep(kind: str, name: str, rows: list[dict[str, Any]]) -> None:
    """The newest rows of a file replace its older ones; var/results/<kind>.json holds those of all files."""
    parts = RESULTS / kind
    parts.mkdir(parents=True, exist_ok=True)
    (parts / f"{name}.json").write_text(json.dumps(rows, indent=1))
    there = [
        json.loads(part.read_text())
        for part in sorted(parts.glob("*.json"))
        if (ROOT / kind / f"{part.stem}.py").exists()
    ]
    (RESULTS / f"{kind}.json").write_text(json.dumps([row for part in there for row in part], indent=1))


def main(kind: str, only: str | None) -> int:
    folder = ROOT / kind
    files = [f for f in sorted(folder.glob("*.py")) if not f.stem.startswith("_") and only in (None, f.stem)]
    if not files:
        print(f"no {kind} named {only}: there are {', '.join(f.stem for f in sorted(folder.glob('*.py')))}")
        return 2
    sys.path[:0] = [str(ROOT), str(folder)]
    print(f"fsync of 4 KiB: {fsync_milliseconds()} ms on this machine")
    rows: list[dict[str, Any]] = []
    for file in files:
        found = outcome(file)
        keep(kind, file.stem, found)
        rows += found
    table = Table(*FIELDS)
    for row in rows:
        table.add_row(*("" if row[field] is None else str(row[field]) for field in FIELDS))
    Console(width=180).print(table)
    return 0 if all(row["holds"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
