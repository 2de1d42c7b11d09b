"""What lies over a stage without taking its place: the renewal, while the next decision on a contract is near."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery

from nenrin.customers.models import Account, Subscription
from nenrin.values import Text
from nenrin.work.renewal_terms import DECISION, PIPELINE, decided

#: Days before the decision from which on the renewal lies over the stage.
DAYS: Final = 120
RENEWAL: Final = "renewal"
NAMES: Final = {RENEWAL: Text("Renewal", "更新")}
_NEXT = Min("decision")


def renewing(accounts: QuerySet[Account], today: date) -> QuerySet[Any]:  # Any: annotated
    """With `decision_on`, the day of the next decision on a term where that is near; else None."""
    near = _near(today).filter(account=OuterRef("pk")).annotate(decision=DECISION).order_by()
    found: QuerySet[Any] = accounts.annotate(
        decision_on=Subquery(near.values("account").annotate(day=_NEXT).values("day"))
    )
    return found


def narrowed(accounts: QuerySet[Any], overlay: str, today: date) -> QuerySet[Any]:  # Any: annotated
    """Those over whose stage it lies; all of them for ""."""
    if overlay != RENEWAL:
        return accounts
    return accounts.filter(Exists(_near(today).filter(account=OuterRef("pk"))))


def counted(today: date) -> Q:
    """Said of accounts within a sum."""
    return Q(pk__in=_near(today).order_by().values("account"))


def decision_on(account: Account, today: date) -> date | None:
    """The day of one account's next decision where that is near: one query."""
    near = _near(today).filter(account=account)
    found: date | None = near.annotate(decision=DECISION).aggregate(day=_NEXT)["day"]
    return found


def _near(today: date) -> QuerySet[Subscription]:
    return Subscription.objects.filter(PIPELINE, decided(today, today + timedelta(DAYS)))
