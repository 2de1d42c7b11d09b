"""Who stood in which stage from when to when: rows that are added to and closed, and never written over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nenrin.foundation import bulk
from nenrin.work.models import StageStay


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An account came to a stage. `is_exact`: false where it stood there before, nobody knows since when.

    `is_move`: a move of its own, kept even where the account stands in that stage as far as we know.
    """

    account: int
    stage: str
    since: datetime
    came_from: str = ""
    is_exact: bool = True
    is_move: bool = False
    reason: str = ""
    unmet: Sequence[str] = ()
    by: int | None = None
    by_kind: str = ""
    version: int | None = None


@dataclass(slots=True)
class _Lines:
    """The stays of some accounts as they come to stand."""

    rows: Mapping[int, list[StageStay]]
    made: list[StageStay] = field(default_factory=list)
    ended: dict[int, StageStay] = field(default_factory=dict)

    def put(self, told: Told, at: datetime) -> StageStay | None:
        rows = self.rows[told.account]
        if any(row.since == told.since and row.stage == told.stage for row in rows):
            return None
        live = [row for row in rows if row.undone_at is None]
        before = max((row for row in live if row.since <= told.since), key=_when, default=None)
        after = min((row for row in live if row.since > told.since), key=_when, default=None)
        if before is not None and before.stage == told.stage and not told.is_move:
            return None
        if before is not None:
            before.until = told.since
            if before.pk:
                self.ended[before.pk] = before
        made = _made(told, after.since if after else None, at)
        rows.append(made)
        self.made.append(made)
        return made


def put(told: Iterable[Told], *, at: datetime) -> list[StageStay]:
    """Write what is told, in the order of time; returns the new rows. What is known already is left. Two queries to
    read and at most two to write. Called in a transaction that holds the accounts.
    """
    wanted = sorted(told, key=lambda one: one.since)
    rows: dict[int, list[StageStay]] = defaultdict(list)
    for row in StageStay.objects.filter(account__in={one.account for one in wanted}).order_by("since", "pk"):
        rows[row.account_id].append(row)
    lines = _Lines(rows)
    for one in wanted:
        lines.put(one, at)
    if lines.ended:
        StageStay.objects.bulk_update(lines.ended.values(), ["until"], batch_size=500)
    bulk.insert(lines.made)
    return lines.made


def _when(row: StageStay) -> tuple[datetime, int]:
    return row.since, row.pk or 2**63


def _made(told: Told, until: datetime | None, at: datetime) -> StageStay:
    return StageStay(
        account_id=told.account, stage=told.stage, since=told.since, until=until, is_exact=told.is_exact,
        came_from=told.came_from, reason=told.reason, unmet=list(told.unmet), by_id=told.by, by_kind=told.by_kind,
        journey_version_id=told.version, recorded_at=at,
    )  # fmt: skip
