"""Price steps that are agreed and come near: told to the customer before they find them on an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F, Q

from nenrin.customers.models import PriceStep
from nenrin.customers.statuses import LIVE, SubscriptionStatus
from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.work.models.opportunity import OpportunityKind
from nenrin.work.opportunities.signs import Chance, Sign

#: Days before it comes into force on which a step is due to be proposed.
DUE_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one running contract: MRR now and from `on`, in minor units."""

    on: date
    now: int
    then: int
    currency: str
    product: int | None
    plan: int | None
    plan_name: str

    def sign(self) -> Sign:
        prices = {
            language: [format.money(Money(minor, self.currency), language) for minor in (self.now, self.then)]
            for language in ("en", "ja")
        }
        day = {language: format.day(self.on, language) for language in ("en", "ja")}
        (en_now, en_then), (ja_now, ja_then) = prices["en"], prices["ja"]
        of = Text(f" of {self.plan_name}", f"「{self.plan_name}」の") if self.plan_name else Text("", "")
        words = Text(
            f"The monthly price{of.en} goes from {en_now} to {en_then} on {day['en']}",
            f"{of.ja}月額が{day['ja']}に{ja_now}から{ja_then}へ改定",
        )
        return Sign("price", words, None)


def due(accounts: Any, today: date) -> Mapping[int, list[Step]]:  # Any: a query for ids
    """Higher prices of running contracts that come into force within `DUE_DAYS`, the nearest first. One query."""
    rows = PriceStep.objects.filter(
        subscription__account__in=accounts, subscription__status__in=LIVE, subscription__archived_at__isnull=True,
        from_on__gt=today, from_on__lte=today + timedelta(DUE_DAYS),
    )  # fmt: skip
    ending = Q(subscription__status=SubscriptionStatus.NOTICED) | Q(subscription__auto_renews=False)
    rows = rows.exclude(ending, from_on__gte=F("subscription__ends_on"))  # a term that may never come
    columns = ("subscription__account_id", "subscription_id", "from_on", "subscription__mrr_minor", "mrr_minor",
               "subscription__currency", "subscription__plan__product_id", "subscription__plan_id", "subscription__plan__name")  # fmt: skip
    found: dict[int, list[Step]] = {}
    seen: set[int] = set()
    for account, contract, on, now, then, currency, product, plan, name in rows.order_by("from_on", "pk").values_list(
        *columns
    ):
        if contract not in seen and then > now:
            seen.add(contract)
            found.setdefault(account, []).append(Step(on, now, then, currency, product, plan, name or ""))
    return found


def chance(steps: list[Step]) -> Chance | None:
    """What steps of one customer, in one currency, come to."""
    if not steps:
        return None
    first = steps[0]
    expected = sum(one.then - one.now for one in steps)
    only = len(steps) == 1
    return Chance(
        OpportunityKind.PRICE, tuple(one.sign() for one in steps), expected, first.product if only else None,
        first.plan if only else None, first.plan_name if only else "",
    )  # fmt: skip
