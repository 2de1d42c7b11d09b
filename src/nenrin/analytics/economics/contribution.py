"""Customer success as a profit centre: revenue kept and expanded, by source, minus what serving those customers cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.economics import categories
from nenrin.analytics.economics.sharing import Served, Shared, shared
from nenrin.analytics.economics.spending import Entry
from nenrin.analytics.revenue.movements import CAUSES, EXPANSION, REACTIVATION, Movements
from nenrin.analytics.revenue.paths import Whole
from nenrin.values import Text

#: Where revenue comes from, in the order in which it is shown.
SOURCES: dict[str, Text] = {
    "kept": Text("Kept", "維持"),
    "seats": Text("More seats", "ライセンス追加"),
    "plan": Text("Higher plan", "上位プラン"),
    "product": Text("Further product", "製品追加"),
    "price": Text("Price", "価格改定"),
    "discount": Text("Discount ended", "割引終了"),
    "other": Text("Other growth", "その他の拡大"),
    "reactivation": Text("Won back", "再契約"),
}
#: What serving customers consists of; winning new ones is left out.
SERVING = (*categories.of("existing"), *categories.of("shared"))


@dataclass(frozen=True, slots=True)
class Accounts:
    """One month by account (rows of the book): revenue by source [accounts, SOURCES], cost and minutes as shared out.

    `minutes` None: no hours were told of that month; `cost` None: no costs were.
    """

    present: NDArray[np.bool_]
    revenue: Whole
    cost: Shared | None
    minutes: Shared | None
    by_category: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """Some accounts over one month or several. Money in minor units a month of service; `accounts` present in it.

    `contribution`: revenue less cost. `cost_per_account`: by account and month. `kept_per_hour`: MRR kept for each
    hour recorded.
    """

    accounts: int
    revenue: tuple[int, ...]
    cost: int | None
    own_cost: int | None
    minutes: int | None

    @property
    def earned(self) -> int:
        return sum(self.revenue)

    @property
    def kept(self) -> int:
        return self.revenue[0]

    @property
    def expanded(self) -> int:
        return self.earned - self.kept

    @property
    def contribution(self) -> int | None:
        return None if self.cost is None else self.earned - self.cost

    @property
    def cost_per_account(self) -> float | None:
        return None if self.cost is None or not self.accounts else self.cost / self.accounts

    @property
    def kept_per_hour(self) -> float | None:
        return None if not self.minutes else self.kept / (self.minutes / 60)

    @property
    def cost_share(self) -> float | None:
        """Cost as a share of revenue."""
        return None if self.cost is None or self.earned <= 0 else self.cost / self.earned


def revenue(moved: Movements) -> Whole:
    """What a month's customers brought by source, in the order of SOURCES.

    Kept is the smaller of what an account paid before and at the end, so kept + expanded + won back = what all pay at
    the end without new customers: nothing is counted twice.
    """
    kept = np.where(moved.before > 0, np.minimum(moved.before + moved.fx, np.maximum(moved.after, 0)), 0)
    grown = np.where(moved.amounts[:, [EXPANSION]] > 0, moved.gains, 0)
    order = [CAUSES.index(name) for name in SOURCES if name in CAUSES]
    return np.column_stack([kept, grown[:, order], moved.amounts[:, REACTIVATION]])


def accounts(moved: Movements, served: Served, costs: Iterable[Entry], hours: Iterable[Entry]) -> Accounts:
    """A month's revenue, cost and minutes of every account."""
    spent = [entry for entry in costs if entry.category in SERVING]
    worked = [entry for entry in hours if entry.category in SERVING]
    by_category = {key: sum(e.amount for e in spent if e.category == key) for key in SERVING}
    return Accounts(
        served.present, revenue(moved), shared(spent, served) if spent else None,
        shared(worked, served) if worked else None, {key: amount for key, amount in by_category.items() if amount},
    )  # fmt: skip


def line(of: Accounts, inside: NDArray[np.bool_]) -> Line:
    """The accounts chosen, added up; what is nobody's is in none of them."""
    return Line(
        int((of.present & inside).sum()),
        tuple(int(value) for value in of.revenue[inside].sum(axis=0)),
        None if of.cost is None else int(of.cost.all[inside].sum()),
        None if of.cost is None else int(of.cost.own[inside].sum()),
        None if of.minutes is None else int(of.minutes.all[inside].sum()),
    )


def unassigned(of: Accounts) -> Line:
    """What could be given to no account."""
    empty = (0,) * len(SOURCES)
    cost = None if of.cost is None else of.cost.nobody
    return Line(0, empty, cost, 0 if cost is not None else None, None if of.minutes is None else of.minutes.nobody)


def together(lines: Sequence[Line]) -> Line:
    """Lines added up, of several groups or several months. A missing cost or hour makes the sum missing."""
    revenue_sum = tuple(sum(values) for values in zip(*(one.revenue for one in lines), strict=True))
    return Line(
        sum(one.accounts for one in lines),
        revenue_sum or (0,) * len(SOURCES),
        *(_sum([getattr(one, name) for one in lines]) for name in ("cost", "own_cost", "minutes")),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    return None if any(value is None for value in values) else sum(value for value in values if value is not None)
