"""Past months as they were foretold, held against what came."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

import numpy as np

from nenrin.analytics.revenue.paths import number
from nenrin.customers.terms import add_months
from nenrin.foundation import bulk
from nenrin.insight.models import RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.risk import columns, outcomes, tables
from nenrin.insight.risk.columns import Then
from nenrin.insight.risk.expected import Expected, doubt, expected
from nenrin.insight.risk.outcomes import UNPAID, Standing

Basis = Literal["said", "replayed"]
BACK = 12
#: Of so few accounts what was said is read from their own rows; of more, from everybody's, which are kept.
FEW = 1_000


@dataclass(frozen=True, slots=True)
class Held:
    """A past month, [begins, ends): what was expected at its begin, and what came. `unpaid`: lost without a decision,
    foretold apart. `told`: how many events were expected of the accounts, with the standard deviation that chance alone
    gives (`spread`); `happened`: how many came. `has_ended` False: so far."""

    begins: date
    ends: date
    basis: Basis
    expected: Expected
    actual: int
    unpaid: int
    accounts: int
    told: float
    spread: float
    happened: int
    has_ended: bool

    @property
    def is_within(self) -> bool:
        return self.expected.low <= self.actual <= self.expected.high


def held(event: str, known: date, share: float, within: Collection[int] | None) -> tuple[Held, ...]:
    """The last months for which something was said or replayed, the oldest first. Of everybody worked out once a ledger."""
    since = add_months(known.replace(day=1), -BACK) - timedelta(1)
    rows = RiskSaid.objects.filter(event=event, as_of__gte=since, as_of__lte=known)
    if within is not None and len(within) <= FEW:
        return _of(columns.then(rows.filter(account__in=bulk.among(list(within)))), event, known, share)
    marks = columns.marks(
        rows, [*(add_months(known.replace(day=1), -n) - timedelta(1) for n in range(BACK + 1)), known]
    )
    if marks[0] is None:
        return ()
    ledger, mark = books.ledger(known), (since, known, *marks)
    if within is None:
        return ledger.kept(
            ("held", event, share, mark), lambda: _of(columns.kept(rows, event, mark), event, known, share)
        )
    said = columns.kept(rows, event, mark)
    return _of({day: one.of(within) for day, one in said.items()}, event, known, share)


def _of(said: Mapping[date, Then], event: str, known: date, share: float) -> tuple[Held, ...]:
    # calendar months; others would overlap their neighbours
    told = [(day, one) for day, one in said.items() if (day + timedelta(1)).day == 1 and len(one.account)]
    if not told:
        return ()
    ledger = books.ledger(known)
    return tuple(_of_month(event, day, one, ledger, share) for day, one in told)


def _of_month(event: str, day: date, said: Then, ledger: Ledger, share: float) -> Held:
    begin, p = day + timedelta(1), said.p
    end = add_months(begin, 1)
    came = _came(ledger, begin, min(end, ledger.known + timedelta(1)))
    own = np.isin(came.account, said.account)
    mine = own & (came.outcome == tables.EVENTS[event])
    unpaid = own & (came.outcome == UNPAID)
    return Held(
        begin, end, "replayed" if said.is_replayed[0] else "said",
        expected(p, share * said.minor.astype(np.float64), doubt(said.low, said.high)),
        int(np.abs(came.change[mine]).sum()), int(np.abs(came.change[unpaid]).sum()) if event == "churn" else 0,
        len(p), float(p.sum()), float(np.sqrt((p * (1 - p)).sum())), int(mine.sum()),
        number(end) <= number(ledger.known) + 1,
    )  # fmt: skip


def _came(ledger: Ledger, begin: date, until: date) -> Standing:
    decided = ledger.kept(("decided",), partial(outcomes.decided, ledger))
    return ledger.kept(("came", begin, until), partial(decided.standing, [begin], [until]))
