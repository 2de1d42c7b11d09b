"""How handoffs are held here: by when after the signature, and whether one opens by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work.models import HandoffPolicy

MOST_DAYS = 60


def current() -> HandoffPolicy:
    """What was set, or the defaults."""
    return HandoffPolicy.objects.filter(pk=1).first() or HandoffPolicy(pk=1)


def change(*, due_days: int, opens_itself: bool, by: Actor, at: datetime) -> HandoffPolicy:
    """For handoffs from now on; those under way keep their day. Safe to repeat. Journal: work.handoff.ruled."""
    if not 0 <= due_days <= MOST_DAYS:
        raise Refused.one("due_days", Text(f"from 0 to {MOST_DAYS}", f"0〜{MOST_DAYS}"), due_days)
    with transaction.atomic():
        stands = current()
        if (stands.due_days, stands.opens_itself) == (due_days, opens_itself):
            return stands
        row, _ = HandoffPolicy.objects.update_or_create(
            pk=1, defaults={"due_days": due_days, "opens_itself": opens_itself, "changed_at": at}
        )
        journal.record("work.handoff.ruled", actor=by, at=at, particulars={"days": due_days, "itself": opens_itself})
    return row
