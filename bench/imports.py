"""Imports: 100,000 rows from a file into accounts, as the command line does it, and what memory they take."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROWS = 100_000
SMALL = 10_000
#: Rows of the other kinds, each of an account of the small file; no aim, so that a change for the worse shows.
OTHERS = 20_000
AIM_SECONDS = 30.0
#: Ten times the rows may take so much more memory than the small file: the keys seen, eight bytes each, and their table.
AIM_GROWTH_MB = 60.0


def run() -> list[dict[str, Any]]:
    from bench._apart import apart  # noqa: PLC0415  (the folder is a package only beside the project)

    return apart("bench.imports")


#: By kind: header, and a line for row n whose account is C0..C9999.
LINES = {
    "contacts": ("担当者ID,顧客ID,氏名,メールアドレス,役職", "P{n:07},C{a:07},山田 花子{n},p{n}@example.co.jp,部長"),
    "subscriptions": (
        "契約番号,顧客ID,プラン名,契約開始日,契約期間,月額,ライセンス数",
        "S{n:07},C{a:07},標準,R8.4.1,12,{n}0,10",
    ),
    "tickets": (
        "受付番号,顧客ID,件名,受付日時,解決日時,優先度",
        "T{n:07},C{a:07},件名{n},2026/4/1 9:30,2026/4/2 10:00,高",
    ),
    "events": (
        "message_id,type,event,user_id,group_id,timestamp",
        "M{n:07},track,Report Viewed,u{n},C{a:07},2026-04-01T09:00:00Z",
    ),
}


def written(folder: Path, rows: int, start: int) -> Path:
    """A customer list as a CRM exports it."""
    path = folder / f"accounts-{start}.csv"
    with path.open("w", encoding="cp932", newline="") as file:
        file.write("顧客番号,会社名,ドメイン,従業員数,業種,契約開始日\r\n")
        for n in range(start, start + rows):
            file.write(f"C{n:07},株式会社年輪{n},d{n}.example.co.jp,{n % 900 + 1},製造業,R{n % 7 + 1}.4.1\r\n")
    return path


def written_of(kind: str, folder: Path, rows: int) -> Path:
    header, line = LINES[kind]
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\r\n")
        file.writelines(line.format(n=n, a=n % SMALL) + "\r\n" for n in range(rows))
    return path


def _measured() -> list[dict[str, Any]]:
    import django  # noqa: PLC0415  (the home is chosen by the caller's environment)

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from nenrin.foundation import organisation  # noqa: PLC0415

    organisation.found("bench", at=datetime.now(UTC))
    folder = Path(settings.HOME)
    _import(written(folder, SMALL, 0))
    before = _peak_mb()
    waits: list[float] = []
    stop = threading.Event()
    waiter = threading.Thread(target=_others, args=(stop, waits), daemon=True)
    waiter.start()
    begun = time.perf_counter()
    counts = _import(written(folder, ROWS, SMALL))
    taken = time.perf_counter() - begun
    stop.set()
    waiter.join()
    growth = _peak_mb() - before
    if counts != (ROWS, 0, 0, 0):
        raise SystemExit(f"not every row was imported: {counts}")
    others = [_other(kind, folder) for kind in LINES]
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)] * 1000 if waits else 0.0
    return [
        {"name": f"import of {ROWS:,} accounts", "figure": round(taken, 1), "unit": "s", "peer": "aim", "peer_figure": AIM_SECONDS,
         "ratio": round(taken / AIM_SECONDS, 2), "aim": f"<= {AIM_SECONDS:g} s", "holds": taken <= AIM_SECONDS},
        {"name": "import: memory beyond a file of a tenth", "figure": round(growth, 1), "unit": "MB", "peer": f"{SMALL:,} rows",
         "peer_figure": round(before, 1), "ratio": round(growth / before, 2), "aim": f"<= {AIM_GROWTH_MB:g} MB", "holds": growth <= AIM_GROWTH_MB},
        {"name": "import: another writer waits meanwhile, p99", "figure": round(p99), "unit": "ms", "peer": "aim", "peer_figure": 300,
         "ratio": round(p99 / 300, 2), "aim": "<= 300 ms", "holds": p99 <= 300},
        *others,
    ]  # fmt: skip


def _other(kind: str, folder: Path) -> dict[str, Any]:
    path, begun = written_of(kind, folder, OTHERS), time.perf_counter()
    counts = _import(path, kind)
    rate = OTHERS / (time.perf_counter() - begun)
    if counts != (OTHERS, 0, 0, 0):
        raise SystemExit(f"not every row of {kind} was imported: {counts}")
    return {"name": f"import of {OTHERS:,} {kind}", "figure": round(rate), "unit": "rows/s", "peer": "", "peer_figure": None,
            "ratio": None, "aim": None, "holds": None}  # fmt: skip


def _import(path: Path, kind: str = "accounts") -> tuple[int, int, int, int]:
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415
    from nenrin.ingest import imports  # noqa: PLC0415

    now = datetime.now(UTC)
    with path.open("rb") as file:
        row = imports.upload(
            kind, source="bench", name=path.name, content=iter(lambda: file.read(1 << 20), b""), by=SYSTEM, at=now
        )
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=now)
    imports.start(row, by=SYSTEM, at=now)
    while row.is_at_work:
        imports.work_on(row.pk, datetime.now(UTC))
        row.refresh_from_db()
    return row.created, row.updated, row.unchanged, row.rejected


def _others(stop: threading.Event, waits: list[float]) -> None:
    """Somebody who saves a page meanwhile, ten times a second."""
    from nenrin.foundation import teams  # noqa: PLC0415
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415

    number = 0
    while not stop.wait(0.1):
        number += 1
        begun = time.perf_counter()
        teams.open(f"team {number}", by=SYSTEM, at=datetime.now(UTC))
        waits.append(time.perf_counter() - begun)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_measured()))
    sys.exit(0)
