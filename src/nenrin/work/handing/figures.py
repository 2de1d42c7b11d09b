"""How handoffs go: in time, complete, how long until accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from nenrin.foundation import organisation
from nenrin.values import Ratio
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import ITEMS, WRITING, HandoffState

#: Fewer accepted ones than this tell no typical time.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the handoffs asked for, those not needed left out. `hours` is the median from first sent to accepted.

    - completeness: items answered or waived, of seven each, over those under way and accepted.
    - in_time: first sent by their day, of those sent or whose day has passed.
    """

    count: int
    waiting: int
    late: int
    completeness: Ratio
    in_time: Ratio
    accepted: int
    hours: float | None
    returned: Ratio


def of(rows: QuerySet[Handoff], today: date) -> Figures:
    """Three queries, however many rows."""
    rows = rows.exclude(state=HandoffState.DROPPED).order_by()
    sent_on = TruncDate("first_sent_at", tzinfo=organisation.zone())
    counts = rows.annotate(sent_on=sent_on).aggregate(
        n=Count("pk"),
        waiting=Count("pk", filter=Q(state=HandoffState.SENT)),
        late=Count("pk", filter=Q(state__in=WRITING, due_on__lt=today)),
        settled=Avg("settled"),
        sent=Count("pk", filter=Q(first_sent_at__isnull=False)),
        in_time=Count("pk", filter=Q(sent_on__lte=F("due_on"))),
        never=Count("pk", filter=Q(first_sent_at__isnull=True, due_on__lt=today)),
        returned=Count("pk", filter=Q(returns__gt=0)),
        accepted=Count("pk", filter=Q(state=HandoffState.ACCEPTED)),
    )
    taken = rows.filter(accept_hours__isnull=False).values_list("accept_hours", flat=True)
    hours = [each for each in taken if each is not None]
    return Figures(
        count=counts["n"],
        waiting=counts["waiting"],
        late=counts["late"],
        completeness=Ratio(counts["settled"] or 0, len(ITEMS) if counts["n"] else 0),
        in_time=Ratio(counts["in_time"], counts["sent"] + counts["never"]),
        accepted=counts["accepted"],
        hours=median(hours) if len(hours) >= ENOUGH else None,
        returned=Ratio(counts["returned"], counts["sent"]),
    )
