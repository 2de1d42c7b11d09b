"""The open package `saas-metrics` in an environment of its own (it needs Python 3.12), asked for the same rows.

Its `analyze` takes one amount for each customer and period and answers with a waterfall (whole, by segment, by channel),
retention by vintage, concentration, tier migration and headline metrics. It knows no contracts, currencies, trials,
causes of expansion, renewals, policies, corrections or intervals: only what both compute is compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PACKAGE = "saas-metrics==0.2.1"
HOME = Path(__file__).parents[1] / "var" / "peers" / "saas-metrics"
ASK = """
import json, sys, time
import duckdb
import pandas as pd
from saas_metrics import engine

rows, today = pd.read_parquet(sys.argv[1]), pd.Timestamp(sys.argv[2]).date()


def timed(work):
    best, found = float("inf"), None
    for _ in range(3):
        began = time.process_time()
        found = work()
        best = min(best, time.process_time() - began)
    return best, found


# What is compared with nothing here is left out: concentration, tier migration, the channels.
def counted(norm):
    days = norm.attrs["calendar"]
    db = duckdb.connect()
    db.register("_n", norm)
    db.register("_c", pd.DataFrame({"period_end": days, "pidx": range(1, len(days) + 1)}))
    db.execute("create table billing_norm as select customer_id, period_end::date as period_end, "
               "revenue::decimal(18, 2) as revenue, segment, channel from _n")
    db.execute("create table calendar as select period_end::date as period_end, pidx from _c")
    for file in sorted(engine.SQL.glob("*.sql"))[:3]:
        db.execute(file.read_text())
    tables = {name: db.execute(f"select * from {name}").df() for name in ("waterfall", "waterfall_by_segment", "retention")}
    grid = db.execute("select customer_id, period_end, revenue from grid").df()
    return engine.metrics(tables["waterfall"], engine.customer_matrix(grid, days), "month")


whole, report = timed(lambda: engine.analyze(rows, today=today))
read, (lines, _) = timed(lambda: engine.prepare(sys.argv[1]))
checked, (_, norm) = timed(lambda: engine.qc(lines, today=today))
told = {"whole": whole, "read": read, "checked": checked, "counted": timed(lambda: counted(norm))[0]}
report.metrics.to_parquet(sys.argv[3] + "/metrics.parquet")
report.waterfall.astype(float, errors="ignore").to_parquet(sys.argv[3] + "/waterfall.parquet")
report.waterfall_by_segment.to_parquet(sys.argv[3] + "/segments.parquet")
report.retention.to_parquet(sys.argv[3] + "/retention.parquet")
print(json.dumps(told))
"""


def ask(rows: Path, today: str, out: Path) -> dict[str, Any] | None:
    """Its processor time (the best of three) for everything, for reading the file, for checking and summing its rows, and
    for counting what is compared; its tables as Parquet in `out`. None: not to be had."""
    python = _python()
    if python is None:
        return None
    told = subprocess.run([python, "-c", ASK, str(rows), today, str(out)], capture_output=True, text=True, timeout=500)
    if told.returncode:
        print(told.stderr[-2000:])
        return None
    answered: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answered


def _python() -> Path | None:
    made = HOME / "bin" / "python"
    if not made.exists():
        base = _base()
        if (
            base is None
            or subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", base, HOME]).returncode
        ):
            return None
    has = subprocess.run([made, "-c", "import saas_metrics"], capture_output=True).returncode == 0
    if (
        not has
        and subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "--python", made, PACKAGE]).returncode
    ):
        return None
    return made


def _base() -> str | None:
    """A Python that the package runs on: named, on the path, or of pyenv."""
    named = os.environ.get("NENRIN_PEER_PYTHON")
    candidates = [named, *(str(p) for p in sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))),
                  shutil.which("python3.12"), shutil.which("python3.13")]  # fmt: skip
    asked = "import sys; sys.exit(sys.version_info < (3, 12))"
    for one in candidates:
        if one and subprocess.run([one, "-c", asked], capture_output=True).returncode == 0:
            return one
    return None
