"""A segment on the past: who would have entered and left it, day by day, as accounts were known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.analytics.conditions.problems import Unreadable
from nenrin.analytics.lake import Lake
from nenrin.analytics.replays import outcomes
from nenrin.analytics.replays.edges import UNSURE, falling, rising
from nenrin.insight import segment_fields
from nenrin.insight.days import day as date_of
from nenrin.insight.days import number
from nenrin.insight.models import Segment
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.replaying import grids, replays
from nenrin.playbooks.replaying.grids import NotKept, Rows

OWN = "own"
LISTED = 20_000


@dataclass(slots=True)
class Seen:
    """What is gathered over all accounts. `moves`: account, day, 1 for entered and 0 for left."""

    moves: list[tuple[int, int, int]] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)
    days_inside: int = 0
    stays: int = 0
    rows: int = 0
    unknown: int = 0
    on_first: int = 0
    on_last: int = 0
    both: dict[str, int] = field(default_factory=dict)
    both_last: dict[str, int] = field(default_factory=dict)


def report(row: Rehearsal, lake: Lake) -> dict[str, Any]:
    """What is stored. Raises NotKept, Unreadable."""
    fields = segment_fields.fields()
    condition = conditions.parse(row.document, fields)
    grids.refuse([condition], fields)
    others, left_out = _others(own(row), fields)
    asked = {OWN: condition, **{f"s{pk}": parsed for pk, (_, parsed) in others.items()}}
    seen = Seen()
    begin = grids.begin(lake, row.first)
    for rows in grids.rows(lake, asked, row.first, row.last, fields):
        gather(seen, rows, begin, number(row.last))
    return told(seen, row.first, row.last, replays.decisions(lake, row.last)) | {
        "overlaps": _overlaps(seen, {pk: name for pk, (name, _) in others.items()}),
        "left_out": left_out,
    }


def own(row: Rehearsal) -> int:
    """The segment that a look at the past, or a draft, is of; 0 of a draft of none."""
    number = row.key.partition("/")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def gather(seen: Seen, rows: Rows, begin: int, last: int) -> None:
    """Add what some accounts, sorted by account and day, would have done from `begin` on.

    As in the live segment, whoever is not certainly in it is out of it: an account that is first known later enters it.
    """
    own, account, day = rows.truth[OWN], rows.account, rows.day
    holds = own == 1
    inside = holds.astype(np.int8)
    entered, left = np.flatnonzero(rising(account, day, inside, begin)), np.flatnonzero(falling(account, inside))
    seen.moves += [(int(account[n]), int(day[n]), 1) for n in entered]
    seen.moves += [(int(account[n]), int(day[n]), 0) for n in left]
    seen.inside |= set(np.unique(account[holds]).tolist())
    seen.days_inside += int(holds.sum())
    seen.rows, seen.unknown = seen.rows + len(own), seen.unknown + int((own == UNSURE).sum())
    there = int((holds & (day == begin)).sum())
    seen.stays += len(entered) + there
    seen.on_first += there
    seen.on_last += int((holds & (day == last)).sum())
    for name in rows.truth.keys() - {OWN}:
        both = holds & (rows.truth[name] == 1)
        seen.both[name] = seen.both.get(name, 0) + len(np.unique(account[both]))
        seen.both_last[name] = seen.both_last.get(name, 0) + int((both & (day == last)).sum())


def told(seen: Seen, first: date, last: date, decided: outcomes.Decisions) -> dict[str, Any]:
    """Plain values, in the order in which a page tells them."""
    moves = sorted(seen.moves, key=lambda move: (move[0], move[1]))
    entered = [move for move in moves if move[2]]
    account, day = (np.array([move[n] for move in entered], dtype=np.int64) for n in (0, 1))
    became = outcomes.after(account, day, decided, number(last))
    caught = outcomes.caught(account, day, decided, number(first), number(last))
    return {
        "entered": len(entered),
        "left": len(moves) - len(entered),
        "accounts": len(seen.inside),
        "on_first": seen.on_first,
        "on_last": seen.on_last,
        "days_a_stay": round(seen.days_inside / seen.stays, 1) if seen.stays else None,
        "unknown_share": seen.unknown / seen.rows if seen.rows else 0.0,
        "months": _months(moves, first, last),
        "outcomes": {key: became.count(key) for key in outcomes.ALL},
        "caught": {"leavers": caught.leavers, "caught": caught.caught, "median_days": caught.median_days},
        "moves": sorted(moves, key=lambda move: -move[1])[:LISTED],
    }


def _months(moves: list[tuple[int, int, int]], first: date, last: date) -> list[list[Any]]:
    """[month, entered, left]."""
    counts: dict[str, list[int]] = {}
    at = date(first.year, first.month, 1)
    while at <= last:
        counts[f"{at:%Y-%m}"] = [0, 0]
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    for _, on, entered in moves:
        counts[f"{date_of(on):%Y-%m}"][0 if entered else 1] += 1
    return [[month, *pair] for month, pair in counts.items()]


def _others(own: int, fields: Fields) -> tuple[dict[int, tuple[str, Condition]], list[str]]:
    """Other segments whose condition the past can answer; the names of those that it cannot."""
    found: dict[int, tuple[str, Condition]] = {}
    left_out = []
    for pk, name, document in (
        Segment.objects.filter(archived_at__isnull=True).exclude(pk=own).values_list("pk", "name", "condition")
    ):
        try:
            parsed = conditions.parse(document, fields)
            grids.refuse([parsed], fields)
            found[pk] = (name, parsed)
        except (Unreadable, NotKept):
            left_out.append(name)
    return found, left_out


def _overlaps(seen: Seen, names: Mapping[int, str]) -> list[dict[str, Any]]:
    rows = [
        {"segment": pk, "name": name, "ever": seen.both.get(f"s{pk}", 0), "last": seen.both_last.get(f"s{pk}", 0)}
        for pk, name in names.items()
    ]
    return sorted(rows, key=lambda one: (-int(str(one["ever"])), str(one["name"])))
