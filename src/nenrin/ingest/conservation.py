"""Nothing vanishes: received = stored + duplicate + quarantined + pending, in total and for every source.

Each term is counted where it happens, none is derived from the others: received with the spooled row, stored in the
lake, duplicate and quarantined in the drain's ledger, pending in the spool. `limited` stands outside the law: refused
events come again, so it is "at least".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TypedDict

from django.db.models import Sum

from nenrin.analytics.lake import Lake
from nenrin.ingest import spool
from nenrin.ingest.models import Progress, Source, Verdict

DRAIN, TOTAL = "drain", "total"
TRIES, PAUSE_SECONDS = 20, 0.02


class Law(TypedDict):
    received: int
    stored: int
    duplicate: int
    quarantined: int
    pending: int
    limited: int


def law(lake: Lake) -> dict[str, Law]:
    """The terms as `total`, and under the name of each source (see `called`), as they stood at one moment.

    Counted again where a drain has moved events meanwhile. One that was stopped between its commit in the lake and its
    entry in the ledger leaves its events pending: what becomes of each is not yet written down.
    """
    for _ in range(TRIES):
        place = _place(lake)
        terms = _terms(lake, *place)
        if place == _place(lake):
            break
        time.sleep(PAUSE_SECONDS)
    names = dict(Source.objects.values_list("id", "name"))
    sources = sorted({source for counts in terms.values() for source in counts} | set(names))
    found = {TOTAL: _row({term: sum(counts.values()) for term, counts in terms.items()})}
    for source in sources:
        found[called(source, names.get(source, ""))] = _row(
            {term: counts.get(source, 0) for term, counts in terms.items()}
        )
    return found


def called(source: int, name: str) -> str:
    """Under which name the law tells of a source: its number where it has none, or is called as the total is."""
    return f"#{source}" if name in ("", TOTAL) else name


def _place(lake: Lake) -> tuple[int, int]:
    """The last batch in the ledger and the last in the lake: what a drain moves."""
    return through(), lake.events.version(DRAIN)


def _terms(lake: Lake, settled: int, committed: int) -> dict[str, Mapping[int, int]]:
    ledger, stored = _ledger(), lake.stored()
    unsettled = lake.stored(above=settled) if committed > settled else {}
    received, pending = spool.standing(settled)
    return {
        "received": received,
        "stored": {source: n - unsettled.get(source, 0) for source, n in stored.items()},
        "duplicate": ledger.get("duplicate", {}),
        "quarantined": ledger.get("quarantined", {}),
        "pending": pending,
        "limited": spool.limited(),
    }


def holds(row: Law) -> bool:
    """Does the law hold in this row?"""
    return row["received"] == row["stored"] + row["duplicate"] + row["quarantined"] + row["pending"]


def through() -> int:
    """The last batch that the drain has settled."""
    return Progress.objects.filter(reader="drain").values_list("through", flat=True).first() or 0


def _ledger() -> dict[str, dict[int, int]]:
    """Events that were not stored, by what became of them and by source."""
    found: dict[str, dict[int, int]] = {}
    for what, source, n in Verdict.objects.values_list("what", "source").annotate(n=Sum("n")).order_by():
        found.setdefault(what, {})[source] = int(n)
    return found


def _row(terms: Mapping[str, int]) -> Law:
    return Law(
        received=terms["received"],
        stored=terms["stored"],
        duplicate=terms["duplicate"],
        quarantined=terms["quarantined"],
        pending=terms["pending"],
        limited=terms["limited"],
    )
