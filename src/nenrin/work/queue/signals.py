"""What customers said and did lately that asks for an answer: one query for three kinds of rows.

A union of narrow rows instead of a query each: a page has a budget of queries, and each kind is few rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Value
from django.db.models.functions import Cast, Coalesce

from nenrin.customers.models import Contact
from nenrin.customers.statuses import DecisionRole
from nenrin.ingest.models import Answer, Ticket
from nenrin.work.models import Touch
from nenrin.work.models.touch import Channel, Direction
from nenrin.work.queue.portfolio import Portfolio

#: How far back each kind is looked for, and how long an urgent ticket may be open.
LEFT_DAYS, ANSWER_DAYS, TICKET_DAYS = 90, 45, 2
DETRACTOR = 6
_WORDS = CharField(max_length=2000)


@dataclass(frozen=True, slots=True)
class Signal:
    """`kind`: left, answer or ticket. `figure`: an answer's score. `words` and `name` are personal."""

    account: int
    kind: str
    key: int
    on: date
    figure: int
    words: str
    name: str


def of(portfolio: Portfolio) -> list[Signal]:
    keys = list(portfolio)
    if not keys:
        return []
    rows = _left(keys, portfolio.on).union(_answers(keys, portfolio.at), _tickets(keys, portfolio.at), all=True)
    return [_signal(*row) for row in rows]


def _signal(account: int, kind: str, key: int, moment: str, figure: int, words: str, name: str) -> Signal:
    known = datetime.fromisoformat(moment)
    aware = known if known.tzinfo else known.replace(tzinfo=UTC)
    return Signal(account, kind, key, aware.date(), figure, words, name)


def _left(keys: Sequence[int], on: date) -> Any:  # Any: rows of a union
    """Decision makers and champions who have left, where nobody has their role now."""
    there = Contact.objects.filter(
        account=OuterRef("account"), role=OuterRef("role"), left_on__isnull=True, archived_at__isnull=True
    )
    rows = Contact.objects.filter(
        ~Exists(there), account__in=keys, role__in=(DecisionRole.DECISION_MAKER, DecisionRole.CHAMPION),
        left_on__gte=on - timedelta(LEFT_DAYS), left_on__lte=on, archived_at__isnull=True,
    )  # fmt: skip
    return _narrow(rows, "left", "left_on", Value(0), F("role"), F("name"))


def _answers(keys: Sequence[int], at: datetime) -> Any:  # Any: rows of a union
    """Detractors whom nobody has talked or written to since."""
    since = Touch.objects.filter(
        account=OuterRef("account"), happened_at__gt=OuterRef("answered_at"), retracted_at__isnull=True
    ).exclude(channel=Channel.NOTE)
    since = since.exclude(direction=Direction.IN)
    rows = Answer.objects.filter(
        ~Exists(since), account__in=keys, survey="nps", score__lte=DETRACTOR, retracted_at__isnull=True,
        answered_at__gte=at - timedelta(ANSWER_DAYS), answered_at__lte=at,
    )  # fmt: skip
    return _narrow(rows, "answer", "answered_at", F("score"), F("comment"), F("respondent"))


def _tickets(keys: Sequence[int], at: datetime) -> Any:  # Any: rows of a union
    """Urgent ones that stay open."""
    rows = Ticket.objects.filter(
        account__in=keys, priority="urgent", resolved_at__isnull=True, retracted_at__isnull=True,
        opened_at__lte=at - timedelta(TICKET_DAYS),
    )  # fmt: skip
    return _narrow(rows, "ticket", "opened_at", Value(0), F("title"), F("key"))


def _narrow(rows: Any, kind: str, moment: str, figure: Any, words: Any, name: Any) -> Any:
    """The same columns of the same types for every kind: a union takes no others. A moment travels as text.

    Any: the queryset types of three models, and expressions over their columns.
    """
    return (
        rows.order_by()
        .annotate(
            told_kind=Value(kind, _WORDS),
            told_at=Cast(F(moment), _WORDS),
            told_figure=Coalesce(figure, 0, output_field=IntegerField()),
            told_words=Cast(words, _WORDS),
            told_name=Cast(name, _WORDS),
        )
        .values_list("account_id", "told_kind", "pk", "told_at", "told_figure", "told_words", "told_name")
    )
