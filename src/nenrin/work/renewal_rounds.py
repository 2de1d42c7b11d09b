"""What goes on with renewals by itself: outlooks, checkpoints, outcomes, the weekly snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.models import Cursor, Entry
from nenrin.work import renewal_checkpoints, renewal_outcomes, renewal_outlooks, renewal_snapshots

READER: Final = "renewals"
#: What may change which terms are ahead, or be the end of one.
HEARD: Final = Q(action__startswith="customers.subscription.") | Q(action__startswith="customers.account.")


def step(at: datetime) -> int:
    """One bounded round; returns how many rows it moved. Safe to repeat.

    All terms are looked at only when contracts or risks have changed; a snapshot waits until all outlooks are new.
    """
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    unread = Entry.objects.filter(sequence__gt=done)
    last = unread.order_by("-sequence").first()
    is_news = last is not None and unread.filter(HEARD).exists()
    moved = renewal_outlooks.refresh(renewal_outlooks.merged(at), at)
    if is_news or renewal_outlooks.has_new_risks():
        moved += renewal_outlooks.refresh(renewal_outlooks.stale(), at)
    if is_news:
        moved += renewal_outcomes.step(at)
    if not moved:
        moved += renewal_snapshots.step(at)
        if last is not None:
            journal.advance(READER, last)
    return moved + renewal_checkpoints.step(at)
