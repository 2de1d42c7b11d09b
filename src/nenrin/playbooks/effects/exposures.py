"""Who had an occasion for a playbook, when, and in which arm: the accounts that its effect is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet, Value
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

    `strata`: size and colour at the draw, by number, whose names ("tier|band") are `named`; whose the account was says little
    of what becomes of it.
    `always`: accounts that are never left alone; they are no part of any comparison. `helped`: the
    playbook helped them after the draw; who was left alone at first stays in the arm that was drawn for them.
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

    def __len__(self) -> int:
        return len(self.account)

    def of(self, chosen: NDArray[np.bool_]) -> Exposed:
        return Exposed(
            self.account[chosen], self.cluster[chosen], self.treated[chosen], self.share[chosen], self.day[chosen],
            self.strata[chosen], self.always, None if self.helped is None else self.helped[chosen], self.named,
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
    found = [row for row in told if row[2] != ALWAYS]
    columns = list(zip(*found, strict=True)) or [()] * 7
    days = [(day_of(at, zone) - date(1970, 1, 1)).days for at in columns[4]]
    strata, named = _numbered(columns[5])
    return Exposed(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64),
        np.array([arm != HOLDOUT for arm in columns[2]], bool), np.array(columns[3], np.float64),
        np.array(days, np.int64), strata, len(told) - len(found), np.array(columns[6], bool), named,
    )  # fmt: skip


def _with_helped(rows: Rows) -> Rows:
    """With whether the account came into the playbook afterwards. Notices reach the universal group too, as they
    should: of it there is nothing to tell."""
    if rows.model is UniversalExposure:
        return rows.annotate(helped=Value(False))
    came = Run.objects.filter(playbook=OuterRef("playbook"), account=OuterRef("account"), state__in=ENTERED)
    return rows.annotate(helped=Exists(came.filter(entered_at__gt=OuterRef("at"))))


def _numbered(strata: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """
    >>> numbers, names = _numbered(["l|healthy|3", "s|-|3", "l|healthy|8"])
    >>> numbers.tolist(), names
    ([0, 1, 0], ('l|healthy', 's|-'))
    """
    known: dict[str, int] = {}
    numbers = np.array([known.setdefault(one.rpartition("|")[0], len(known)) for one in strata], np.int64)
    return numbers, tuple(known)
