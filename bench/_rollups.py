"""bench.rollups, in its own process."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench._filled import ACCOUNTS, lay, prepared

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import connect, file_list

# The same two results, the organisation's day worked out per row, without our splitting by day: one query each.
BARE = """
copy (select namespace, source, key, (valid_at at time zone 'Asia/Tokyo')::date as day,
             case when type = 'track' then name else '$' || type end as event, known_on, count(*) as n
      from read_parquet({files}) where not contains(flags, 'excluded') group by all)
to '{folder}/counts.parquet' (format parquet, compression zstd);
copy (select distinct namespace, source, key, (valid_at at time zone 'Asia/Tokyo')::date as day,
             case when "user" is not null then 'u:' || "user" else 'a:' || anonymous end as user, known_on
      from read_parquet({files}) where type in ('track', 'page', 'screen')
        and not contains(flags, 'excluded') and not contains(flags, 'ignored'))
to '{folder}/users.parquet' (format parquet, compression zstd);
"""


def main(events: int, days: int) -> list[dict[str, Any]]:
    home = Path(os.environ["NENRIN_HOME"])
    lay(prepared(events, days), home, "events")
    ours, peer = _timed("ours"), _timed("bare")
    ratio = round(ours["seconds"] / peer["seconds"], 2)
    million = f"{events / 1e6:g} M events, {ACCOUNTS:,} accounts, {days} days"
    return [
        {"name": f"rollups: both, {million}", "figure": ours["seconds"], "unit": "s", "peer": "bare DuckDB, same files",
         "peer_figure": peer["seconds"], "ratio": ratio, "aim": "ratio <= 1.3", "holds": ratio <= 1.3},
        {"name": "rollups: peak memory", "figure": ours["gigabytes"], "unit": "GB", "peer": "bare DuckDB, same files",
         "peer_figure": peer["gigabytes"], "ratio": None, "aim": "< 1", "holds": ours["gigabytes"] < 1},
    ]  # fmt: skip


def _timed(what: str) -> dict[str, float]:
    """Seconds and peak memory of one side, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench._rollups", what], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def side(what: str) -> dict[str, float]:
    home = Path(os.environ["NENRIN_HOME"])
    lake = Lake(home / "lake")
    started = time.perf_counter()
    if what == "ours":
        lake.reroll()
    else:
        with connect(memory="700MB", spill=home / "spill") as db:
            db.execute(BARE.format(files=file_list(lake.events.files()), folder=home))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": round(seconds, 2), "gigabytes": round(peak / 1024**2, 2)}


if __name__ == "__main__":
    print(json.dumps(side(sys.argv[1]) if len(sys.argv) == 2 else main(int(sys.argv[1]), int(sys.argv[2]))))
