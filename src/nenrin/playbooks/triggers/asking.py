"""Triggers that are conditions: asked of the frame of accounts as it is now."""

from __future__ import annotations

import pyarrow as pa

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Not
from nenrin.insight import segment_fields
from nenrin.playbooks.triggers.shape import YES, Found, Now


def holding(condition: Condition, now: Now) -> Found:
    """For whom a condition certainly holds; unsure are those for whom neither it nor its opposite does."""
    frame = segment_fields.frame(conditions.columns(condition, now.fields), now.fields, now.accounts)
    yes, no = (
        _accounts(conditions.matching(frame, each, now.fields, now.today)) for each in (condition, Not(condition))
    )
    everybody = _accounts(frame)
    return Found(dict.fromkeys(sorted(yes), YES), frozenset(everybody - yes - no))


def _accounts(frame: pa.Table) -> set[int]:
    return {int(one) for one in frame.column("account").to_pylist()}
