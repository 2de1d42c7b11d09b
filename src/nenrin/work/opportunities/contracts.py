"""What every customer has: running contracts by product and plan, read in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from django.db.models import QuerySet

from nenrin.analytics.intervals import Interval, wilson
from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import LIVE, Status

#: Fewer similar healthy customers than this say nothing.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Held:
    """One running contract. `limits`: what its plan allows, as the plan names it."""

    account: int
    tier: str
    industry: str
    is_healthy: bool
    product: int
    product_name: str
    plan: int
    plan_name: str
    seats: int
    limits: Mapping[str, float]
    mrr: int
    currency: str


@dataclass(frozen=True, slots=True)
class Shared:
    """How many of `n` similar healthy customers have something; `typical` is their median MRR for it."""

    hits: int
    n: int
    typical: int | None

    @property
    def share(self) -> float:
        return self.hits / self.n

    @property
    def interval(self) -> Interval:
        found = wilson(self.hits, self.n)
        return found if found is not None else Interval(0.0, 1.0)


class Contracts:
    """Running contracts of all customers, and what similar healthy ones have: those of the same tier."""

    def __init__(self, rows: list[Held]) -> None:
        self.rows = rows

    @cached_property
    def by_account(self) -> Mapping[int, list[Held]]:
        found: dict[int, list[Held]] = {}
        for row in self.rows:
            found.setdefault(row.account, []).append(row)
        return found

    @cached_property
    def healthy(self) -> Mapping[str, int]:
        """Healthy customers of each tier."""
        return {tier: len(keys) for tier, keys in _sets((row.tier, row.account) for row in self._well).items()}

    @cached_property
    def _well(self) -> list[Held]:
        return [row for row in self.rows if row.is_healthy]

    @cached_property
    def _products(self) -> Mapping[tuple[str, int], set[int]]:
        return _sets(((row.tier, row.product), row.account) for row in self._well)

    @cached_property
    def _plans(self) -> Mapping[tuple[str, int], set[int]]:
        return _sets(((row.tier, row.plan), row.account) for row in self._well)

    @cached_property
    def _paid(self) -> Mapping[tuple[str, str, int, str], int]:
        """Median MRR by ("product" or "plan", tier, id, currency)."""
        sums: dict[tuple[str, str, int, str], list[int]] = {}
        for row in self._well:
            for kind, key in (("product", row.product), ("plan", row.plan)):
                sums.setdefault((kind, row.tier, key, row.currency), []).append(row.mrr)
        return {key: round(median(paid)) for key, paid in sums.items()}

    @cached_property
    def names(self) -> Mapping[tuple[str, int], str]:
        """The names of products and plans, by ("product" or "plan", id)."""
        found = {("product", row.product): row.product_name for row in self.rows}
        return found | {("plan", row.plan): row.plan_name for row in self.rows}

    @cached_property
    def plans_of(self) -> Mapping[int, set[int]]:
        """The plans in use of each product."""
        return _sets((row.product, row.plan) for row in self.rows)

    def product(self, tier: str, key: int, currency: str) -> Shared | None:
        """Similar healthy customers with this product; None where they are too few to say."""
        return self._shared("product", tier, key, currency, self._products.get((tier, key), set()))

    def plan(self, tier: str, key: int, currency: str) -> Shared | None:
        return self._shared("plan", tier, key, currency, self._plans.get((tier, key), set()))

    def _shared(self, kind: str, tier: str, key: int, currency: str, having: set[int]) -> Shared | None:
        n = self.healthy.get(tier, 0)
        return None if n < ENOUGH else Shared(len(having), n, self._paid.get((kind, tier, key, currency)))


def _sets(pairs: Any) -> dict[Any, set[int]]:  # Any: pairs of any key with a number
    found: dict[Any, set[int]] = {}
    for key, one in pairs:
        found.setdefault(key, set()).add(one)
    return found


def current(within: QuerySet[Account] | None = None, *, of_all: bool = False) -> Contracts:
    """One query, however many; `within`: of these accounts alone; `of_all`: also of those that are no customers."""
    rows = Subscription.objects.all() if within is None else Subscription.objects.filter(account__in=within)
    rows = rows.filter(status__in=LIVE, archived_at__isnull=True, plan__isnull=False, is_credit=False)
    rows = rows.filter(account__archived_at__isnull=True)
    rows = rows if of_all else rows.filter(account__status=Status.CUSTOMER)
    told = rows.order_by().values_list(
        *(
            "account_id",
            "account__tier",
            "account__industry",
            "account__health__band",
            "plan__product_id",
            "plan__product__name",
        ),
        *("plan_id", "plan__name", "seats", "plan__limits", "mrr_minor", "currency"),
    )
    return Contracts([_held(*row) for row in told])


def _held(
    account: int, tier: str, industry: str, band: str | None, product: int, product_name: str, plan: int, plan_name: str, seats: int,
    limits: Any, mrr: int, currency: str,
) -> Held:  # fmt: skip
    told = limits.items() if isinstance(limits, dict) else ()
    stated = {name: n for name, n in told if isinstance(n, int | float) and not isinstance(n, bool) and n > 0}
    return Held(
        account, tier, industry, band == Band.HEALTHY, product, product_name, plan, plan_name, seats, stated, mrr, currency
    )  # fmt: skip
