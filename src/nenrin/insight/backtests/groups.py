"""Groups of accounts that a card tells apart beside tiers: how they are looked after, and saved segments."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.backtests.slices import Group
from nenrin.customers.models import Account
from nenrin.insight.models import SegmentMembership

TOUCH, SEGMENT = "touch", "segment"
#: Segments that a card tells apart, those with most accounts.
MOST = 12


def groups() -> list[Group]:
    """Touch models as they are today; segments with everybody who is or has been in them, as who left would be missing."""
    return [*_touch(), *_segments()]


def _touch() -> list[Group]:
    rows = Account.objects.exclude(touch_model="").values_list("touch_model", "pk")
    return _grouped(TOUCH, [(str(key), pk) for key, pk in rows])


def _segments() -> list[Group]:
    rows = SegmentMembership.objects.filter(segment__archived_at__isnull=True).values_list("segment_id", "account_id")
    found = _grouped(SEGMENT, [(str(key), pk) for key, pk in rows.distinct()])
    return sorted(found, key=lambda group: -len(group.accounts))[:MOST]


def _grouped(kind: str, rows: list[tuple[str, int]]) -> list[Group]:
    keys = sorted({key for key, _ in rows})
    return [Group(kind, key, np.array([pk for own, pk in rows if own == key], dtype=np.int64)) for key in keys]
