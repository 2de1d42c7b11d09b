"""Which terms are renewed, and when each of them is decided."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Q
from django.db.models.functions import Coalesce

from nenrin.customers.models import Subscription
from nenrin.customers.statuses import OPEN

#: Shorter terms are not renewed but go on: they have no conversation of their own.
SHORTEST_TERM: Final = 6
PIPELINE: Final = (
    Q(status__in=OPEN, term_months__gte=SHORTEST_TERM, archived_at__isnull=True, is_credit=False)
    & Q(account__archived_at__isnull=True)
    & ~Q(account__status="internal-test")
)
#: The day of the decision, for queries; a deadline stands only where the term renews by itself.
DECISION: Final = Coalesce("notice_deadline", "ends_on")


def decided(first: date, last: date) -> Q:
    """Terms that are decided from `first` to `last`; said of the columns, so that their indexes serve."""
    return Q(notice_deadline__range=(first, last)) | Q(notice_deadline__isnull=True, ends_on__range=(first, last))


def decision_of(row: Subscription) -> date:
    """The deadline of the notice where the term renews by itself, else its end."""
    return row.notice_deadline if row.auto_renews and row.notice_deadline else row.ends_on
