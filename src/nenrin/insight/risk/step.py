"""The worker's part: a new model each month, everybody's risk anew each closed day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nenrin.customers.models import Subscription
from nenrin.foundation import leases
from nenrin.foundation.actors import SYSTEM
from nenrin.insight.models import RiskModelVersion
from nenrin.insight.refresh import here
from nenrin.insight.risk import learning, runs, telling


def step(at: datetime) -> int:
    """One round: learn where this month has no model of the system's yet, else tell. Safe to repeat; 0 when idle."""
    day = here().scored_through
    if day is None:
        return 0
    if _is_learning_due(day):
        return _learn(day, at)
    return telling.tell(day, at=at) if _is_telling_due(day) else 0


def _learn(day: date, at: datetime) -> int:
    """Under the right that learning asked for holds too: two never learn at once. 0 where another process is at it."""
    with leases.held(runs.LEASE, holder=runs.HOLDER, seconds=runs.LEASE_SECONDS, at=at) as mine:
        if not mine or not _is_learning_due(day):
            return 0
        return len(learning.learn(day, by=SYSTEM, at=at))


def _is_learning_due(day: date) -> bool:
    """The months learned from end with the month before the one that `day` and what follows it lie in."""
    last = RiskModelVersion.objects.order_by("-known_on").values_list("known_on", flat=True).first()
    if last is None:
        return Subscription.objects.exists()
    return _month(last) < _month(day)


def _month(day: date) -> date:
    return (day + timedelta(1)).replace(day=1)


def _is_telling_due(day: date) -> bool:
    in_use = RiskModelVersion.objects.filter(used_from__isnull=False, used_until__isnull=True)
    return any(told is None or told < day for told in in_use.values_list("told_on", flat=True))
