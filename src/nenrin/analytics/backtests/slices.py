"""How well a score told within groups of accounts: who is looked after in the same way, who is in a saved segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import areas, renewals
from nenrin.analytics.backtests.areas import Area
from nenrin.analytics.backtests.risks import Watched


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts under a name: `kind` says what the `key` is one of ("touch", "segment")."""

    kind: str
    key: str
    accounts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slice:
    """`area` None where too few left (or stayed): then `wanting` more must. Shares of each colour."""

    kind: str
    key: str
    accounts: int
    left: int
    stayed: int
    wanting: int
    area: Area | None
    bands: Mapping[str, float]


def slices(rows: Watched, rule: str, groups: Sequence[Group], least: int) -> tuple[Slice, ...]:
    """Of rows at one horizon; groups of whom none could leave are left out."""
    found = ((group, rows.chosen(np.isin(rows.panel.account, group.accounts))) for group in groups)
    return tuple(_slice(own, rule, group, least) for group, own in found if len(own.panel))


def _slice(rows: Watched, rule: str, group: Group, least: int) -> Slice:
    left, stayed = rows.accounts_left, rows.accounts_stayed
    wanting = max(least - left, least - stayed, 0)
    area = None if wanting else areas.area(rows.risk(rule), rows.left, rows.panel.account)
    bands = {band.value: float((rows.panel.band == band.code).mean()) for band in renewals.COLOURS}
    return Slice(group.kind, group.key, len(np.unique(rows.panel.account)), left, stayed, wanting, area, bands)
