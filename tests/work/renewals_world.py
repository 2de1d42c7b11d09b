"""Customers whose terms end soon, with and without a model that tells of them."""

from __future__ import annotations

from datetime import date, datetime

from nenrin.customers.models import Account
from nenrin.insight.models import Risk, RiskModelVersion


def told(account: Account, leaves: float, *, at: datetime, shows: bool = True) -> Risk:
    """The model says that it leaves in the next month with this probability, and not at all later."""
    card = {"shows_probability": shows}
    version, _ = RiskModelVersion.objects.get_or_create(
        event="churn", number=1, defaults={"state": "trusted" if shows else "ranking", "known_on": date(2026, 11, 1),
                                           "learned_at": at, "used_from": at, "card": card},
    )  # fmt: skip
    return Risk.objects.create(
        account=account, event="churn", as_of=date(2026, 11, 23), at=at, version=version, p=leaves, low=leaves / 2,
        high=leaves / 2 + 0.5, months=[leaves, *[0.0] * 11], minor=0,
    )  # fmt: skip
