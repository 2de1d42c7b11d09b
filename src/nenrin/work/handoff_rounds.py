"""The worker's round: handoffs that open by themselves or find their receiver; accounts that came to somebody else;
what colleagues who left had open.

Once a day: reminders of handoffs, promises and notice deadlines, what became of deals, and what changed touch models mean for loads.
"""

from __future__ import annotations

from datetime import date, datetime

from nenrin.foundation import organisation
from nenrin.work import (
    deals,
    handoff_opening,
    handoff_receivers,
    owner_changes,
    owner_notices,
    promise_reminders,
    successors,
    touch_changes,
)
from nenrin.work.handing import reminders
from nenrin.work.models import HandoffPolicy


def step(at: datetime) -> int:
    """One bounded round; returns how many rows it moved. Safe to repeat."""
    opened = handoff_opening.step(at) + handoff_receivers.step(at)
    followed = successors.step(at) + owner_changes.step(at)
    return opened + _daily(organisation.today(at), at) + followed


def _daily(today: date, at: datetime) -> int:
    if HandoffPolicy.objects.filter(pk=1, reminded_on__gte=today).exists():
        return 0
    told = promise_reminders.remind(today, at=at) + deals.tell(today, at=at)
    told += reminders.remind(today, at=at) + touch_changes.tell(at=at) + owner_notices.deadlines(today, at=at)
    HandoffPolicy.objects.update_or_create(pk=1, defaults={"reminded_on": today})
    return told
