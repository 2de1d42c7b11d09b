"""The other live playbooks beside a replay: tried on the same days, so that what meets on one account can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.replays import overlaps
from nenrin.insight.days import number
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion
from nenrin.values import Text

#: Replays that are asked for beside one, at most.
MOST: Final = 20
#: The state of what cannot be counted, as the list of firings has an end.
CUT: Final = "cut"
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another live playbook. `firings`: [account, day, ...] from `first` to `last`; None where there is no replay that lists
    them all, of which `state` then says more: asked, failed, none, or cut (more firings than are listed)."""

    name: Text
    state: str = "none"
    firings: list[list[Any]] | None = None
    first: date = date.min
    last: date = date.max


def untried(version: PlaybookVersion, first: date, last: date) -> list[PlaybookVersion]:
    """Other live versions that were not tried on these days, `MOST` at most."""
    tried = PlaybookReplay.objects.filter(first=first, last=last).values("version")
    return list(_live(version.playbook_id).exclude(pk__in=tried)[:MOST])


def of(row: PlaybookReplay) -> dict[str, Neighbour]:
    """Each with its replay of the same days, else with its last one of other days."""
    return _others(row.version.playbook_id, _each(row.first, row.last))


def _live(but: int) -> Any:
    return _all_live().exclude(playbook=but)


def _all_live() -> Any:
    rows = PlaybookVersion.objects.filter(state="live", playbook__archived_at__isnull=True)
    return rows.select_related("playbook").order_by("playbook__key")


def _each(first: date, last: date) -> list[tuple[PlaybookVersion, Neighbour]]:
    return [(version, _neighbour(version, first, last)) for version in _all_live()]


def _others(but: int, every: list[tuple[PlaybookVersion, Neighbour]]) -> dict[str, Neighbour]:
    return {version.playbook.key: one for version, one in every if version.playbook_id != but}


def _neighbour(version: PlaybookVersion, first: date, last: date) -> Neighbour:
    name, own = Text(version.name_en, version.name_ja), version.replays
    same = own.filter(first=first, last=last)
    found = same.filter(state="done").first()
    if found is None and (waiting := same.first()) is not None and waiting.state == "asked":
        return Neighbour(name, "asked")
    found = found or own.filter(state="done").first()
    if found is None:
        return Neighbour(name, "failed" if same.exists() else "none")
    if is_cut(found.report):
        return Neighbour(name, CUT, None, found.first, found.last)
    return Neighbour(name, "done", found.report.get("firings", []), found.first, found.last)


def is_cut(report: Mapping[str, Any]) -> bool:
    """Were there more firings than it lists? Then nothing can be counted of the list."""
    return int(report.get("fired", 0)) > len(report.get("firings", []))


def told(
    account: Longs, day: Longs, first: date, last: date, neighbours: Mapping[str, Neighbour]
) -> list[dict[str, Any]]:
    """How often each meets these firings within a month, over the days that both were tried on: the most first; `count` is
    None where there is nothing to count, which stands last. `first` and `last`: the days, where they are not all.
    """
    rows: list[dict[str, Any]] = []
    for key, other in neighbours.items():
        begin, end = max(first, other.first), min(last, other.last)
        row: dict[str, Any] = {
            "playbook": key,
            "en": other.name.en,
            "ja": other.name.ja,
            "state": other.state,
            "count": None,
        }
        if other.firings is not None and begin <= end:
            theirs = np.array([one[:2] for one in other.firings], dtype=np.int64).reshape(-1, 2)
            ours, near = _within(day, begin, end), _within(theirs[:, 1], begin, end)
            row["count"] = overlaps.overlap(account[ours], day[ours], theirs[near, 0], theirs[near, 1])
            if (begin, end) != (first, last):
                row |= {"first": begin.isoformat(), "last": end.isoformat()}
        elif other.firings is not None:
            row["state"] = "none"
        rows.append(row)
    return sorted(rows, key=lambda one: -1 if one["count"] is None else int(one["count"]), reverse=True)


def _within(day: Longs, begin: date, end: date) -> NDArray[np.bool_]:
    return (day >= number(begin)) & (day <= number(end))


def settle(first: date, last: date) -> int:
    """When no replay of these days waits any more, count anew what was asked for beside those that are done; returns how
    many were told. Safe to repeat.
    """
    same = PlaybookReplay.objects.filter(first=first, last=last)
    if same.filter(state="asked").exists():
        return 0
    count, every = 0, _each(first, last)
    for row in same.filter(state="done").select_related("version__playbook"):
        before = row.report.get("overlaps", [])
        if not any(_is_open(one) for one in before):
            continue
        found = _counted(row, _others(row.version.playbook_id, every))
        if found != before:
            row.report = {**row.report, "overlaps": found}
            row.save(update_fields=["report"])
            count += 1
    return count


def _is_open(one: Mapping[str, Any]) -> bool:
    return "first" in one or (one["count"] is None and one["state"] != CUT)


def _counted(row: PlaybookReplay, others: Mapping[str, Neighbour]) -> list[dict[str, Any]]:
    """Anew; of a replay that does not list all its firings what was counted while they were known stays, the rest is cut."""
    if is_cut(row.report):
        before = row.report["overlaps"]
        return [{**one, "state": CUT} if one["count"] is None and one["state"] == "asked" else one for one in before]
    fired = np.array([one[:2] for one in row.report["firings"]], dtype=np.int64).reshape(-1, 2)
    return told(fired[:, 0], fired[:, 1], row.first, row.last, others)
