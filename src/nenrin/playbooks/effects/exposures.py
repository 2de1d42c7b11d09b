"""Who had an occasion for a playbook, when, and in which arm: the accounts that its effect is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Value
from numpy.typing import NDArray

from nenrin.analytics.effects.assignment import HOLDOUT
from nenrin.foundation.calendar import day_of
from nenrin.playbooks.arms import ALWAYS
from nenrin.playbooks.models import Exposure, Run, UniversalExposure
from nenrin.playbooks.models.run import ENTERED

#: Of one playbook, or of the universal group.
Rows = QuerySet[Exposure] | QuerySet[UniversalExposure]


@dataclass(frozen=True, slots=True)
class Exposed:
    """Columns of shape (n,), by day of the first occasion. `days`: of the organisation's zone, from 1970.

    `strata`: size and colour at the draw under one share, by number, whose names ("tier|band") are `named`; whose the
    account was says little of what becomes of it.
    `always`: accounts that are never left alone; they are no part of any comparison. `helped`: the
    playbook helped them after the draw; who was left alone at first stays in the arm that was drawn for them.
    `undrawn`: accounts whose first occasion came while nobody could be left alone, the first of them on `met_on`: nothing
    was drawn for them, so they are no part of any comparison either.
    """

    account: NDArray[np.int64]
    cluster: NDArray[np.int64]
    treated: NDArray[np.bool_]
    share: NDArray[np.float64]
    day: NDArray[np.int64]
    strata: NDArray[np.int64]
    always: int
    helped: NDArray[np.bool_] | None = None
    named: tuple[str, ...] = ()
    undrawn: int = 0
    met_on: date | None = None

    def __len__(self) -> int:
        return len(self.account)

    def of(self, chosen: NDArray[np.bool_]) -> Exposed:
        return Exposed(
            self.account[chosen], self.cluster[chosen], self.treated[chosen], self.share[chosen], self.day[chosen],
            self.strata[chosen], self.always, None if self.helped is None else self.helped[chosen], self.named,
            self.undrawn, self.met_on,
        )  # fmt: skip

    @property
    def crossed(self) -> int:
        """Accounts left alone at first that were helped later."""
        return 0 if self.helped is None else int((self.helped & ~self.treated).sum())

    @property
    def first_on(self) -> date | None:
        return date(1970, 1, 1) + timedelta(int(self.day[0])) if len(self) else None

    @property
    def drawn(self) -> float:
        """The chance of being left alone, on average: it may have been changed on the way."""
        return float(self.share.mean()) if len(self) else 0.0


def of(rows: Rows, zone: ZoneInfo) -> Exposed:
    """The exposures of one playbook, limited to the accounts that the reader may see."""
    columns_of = ("account_id", "cluster", "arm", "share", "at", "strata")
    told = list(_with_helped(rows).order_by("at", "pk").values_list(*columns_of, "helped"))
    may = [row for row in told if row[2] != ALWAYS]
    found = [row for row in may if row[3] or row[2] == HOLDOUT]
    met_on = next((day_of(row[4], zone) for row in may if not row[3]), None)
    columns = list(zip(*found, strict=True)) or [()] * 7
    days = [(day_of(at, zone) - date(1970, 1, 1)).days for at in columns[4]]
    strata, named = _numbered(columns[5], columns[3])
    return Exposed(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64),
        np.array([arm != HOLDOUT for arm in columns[2]], bool), np.array(columns[3], np.float64),
        np.array(days, np.int64), strata, len(told) - len(may), np.array(columns[6], bool), named,
        len(may) - len(found), met_on,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Met:
    """Accounts that had an occasion for any playbook, in whatever arm, and when the first of them had it."""

    accounts: int
    since: datetime | None


def met(rows: QuerySet[Exposure]) -> Met:
    """Of the exposures that the reader may see: each playbook keeps its own from its first occasion on."""
    return Met(**rows.order_by().aggregate(accounts=Count("account", distinct=True), since=Min("at")))


def _with_helped(rows: Rows) -> Rows:
    """With whether the account came into the playbook afterwards. Notices reach the universal group too, as they
    should: of it there is nothing to tell."""
    if rows.model is UniversalExposure:
        return rows.annotate(helped=Value(False))
    came = Run.objects.filter(playbook=OuterRef("playbook"), account=OuterRef("account"), state__in=ENTERED)
    return rows.annotate(helped=Exists(came.filter(entered_at__gt=OuterRef("at"))))


def _numbered(strata: Sequence[str], shares: Sequence[float]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Those drawn under another share stand apart: they came at another time, and another part of them was helped.

    >>> numbers, names = _numbered(["l|healthy|3", "s|-|3", "l|healthy|8", "s|-|3"], [0.1, 0.1, 0.1, 0.2])
    >>> numbers.tolist(), names
    ([0, 1, 0, 2], ('l|healthy', 's|-', 's|-'))
    """
    known: dict[tuple[str, float], int] = {}
    keys = [(one.rpartition("|")[0], share) for one, share in zip(strata, shares, strict=True)]
    numbers = np.array([known.setdefault(key, len(known)) for key in keys], np.int64)
    return numbers, tuple(name for name, _ in known)
