"""A start that lies back: the questions answered, the first day frozen, everything shown all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.insight.models import StartBaseline, StartFigure
from nenrin.insight.start import answers, sorts


def begun(at: datetime) -> None:
    """A hundred days ago."""
    answers.answer("renewal", "2-5", by=SYSTEM, at=at)
    answers.show_everything(True, by=SYSTEM, at=at)
    then = at - timedelta(100)
    row = StartBaseline.objects.create(
        number=1, taken_on=organisation.today(then), taken_at=then, policy=1, currency="JPY"
    )
    StartFigure.objects.bulk_create(
        StartFigure(baseline=row, kpi=sort.key, value=0.1, low=0.05, high=0.2, n=60) for sort in sorts.ALL
    )
