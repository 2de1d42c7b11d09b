"""What grows without end is folded once a day, so that the law of runs is read from few rows however old a playbook is.

Enrolments of earlier days become one row by playbook; runs that ended by then are counted once by playbook and state.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count

from nenrin.foundation import leases
from nenrin.playbooks.models import Enrolment, Playbook, Run, RunTally

NAME: Final = "playbooks.tallies"
EVERY_SECONDS: Final = 24 * 3600
#: The right of whoever folds now: a worker that is killed meanwhile loses it.
FOLDING_SECONDS: Final = 600
#: What is younger is counted when it is looked at: whoever is writing now may still bring something of a moment ago.
YOUNG: Final = timedelta(days=1)
#: Rows folded in one transaction.
CHUNK: Final = 1000


def step(at: datetime) -> int:
    """Once a day; returns how many rows of enrolments were folded. Safe to repeat and to kill."""
    holder = at.isoformat()
    if not leases.take(NAME, holder=holder, seconds=FOLDING_SECONDS, at=at):
        return 0
    folded = fold(at - YOUNG)
    tally(at - YOUNG)
    leases.take(NAME, holder=holder, seconds=EVERY_SECONDS, at=at)
    return folded


def fold(until: datetime) -> int:
    """Make one row by playbook of the enrolments before a moment; returns how many rows are fewer."""
    return sum(_folded(playbook, until) for playbook in Playbook.objects.order_by("pk").values_list("pk", flat=True))


def _folded(playbook: int, until: datetime) -> int:
    """Chunk after chunk: rows that were locked and read go, and one with their sum comes, or neither."""
    fewer = 0
    while True:
        with transaction.atomic():
            rows = Enrolment.objects.select_for_update().filter(playbook=playbook, at__lt=until).order_by("pk")[:CHUNK]
            some = list(rows)
            if len(some) < 2:
                return fewer
            Enrolment.objects.filter(pk__in=[row.pk for row in some]).delete()
            whole, last = sum(row.count for row in some), max(row.at for row in some)
            Enrolment.objects.create(playbook_id=playbook, count=whole, at=last)
        fewer += len(some) - 1


def tally(until: datetime) -> None:
    """Count anew what ended before a moment, by playbook and state: what is gone since is missed from then on."""
    with transaction.atomic():
        ended = Run.objects.filter(ended_at__lt=until).order_by().values_list("playbook_id", "state")
        rows = [
            RunTally(playbook_id=playbook, state=state, count=count, until=until)
            for playbook, state, count in ended.annotate(n=Count("pk"))
        ]
        RunTally.objects.all().delete()
        RunTally.objects.bulk_create(rows, batch_size=500)
