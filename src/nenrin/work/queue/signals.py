"""What customers said and what we owe them, as far as it asks for an answer, and what was answered: one query.

A union of narrow rows instead of a query each: a page has a budget of queries, and each kind is few rows. Django writes
it once, with places for what differs from day to day and from member to member.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, DateField, Exists, F, IntegerField, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat

from nenrin.customers.models import Contact
from nenrin.customers.models.deputy import Deputy
from nenrin.customers.statuses import DecisionRole
from nenrin.foundation import bulk, organisation, prepared
from nenrin.foundation.calendar import day_of
from nenrin.foundation.prepared import Written
from nenrin.ingest.models import Answer, Ticket
from nenrin.work import letters
from nenrin.work.models import Handoff, Touch
from nenrin.work.models.handoff import WRITING, HandoffState
from nenrin.work.models.onboarding import OnboardingProject, Standing
from nenrin.work.models.opportunity import Opportunity
from nenrin.work.models.promise import Promise, PromiseState
from nenrin.work.models.queue import QueueAnswer
from nenrin.work.models.touch import Channel, Direction
from nenrin.work.opportunities import holding
from nenrin.work.queue import bounds
from nenrin.work.queue.bounds import Bounds
from nenrin.work.queue.portfolio import Portfolio, Signal

DETRACTOR = 6
_WORDS = CharField(max_length=2000)


def of(portfolio: Portfolio, *kinds: str) -> list[Signal]:
    """Those of some kinds; read once for a portfolio, whoever asks first."""
    if portfolio.signals is None:
        portfolio.signals = _read(portfolio)
    return [one for one in portfolio.signals if one.kind in kinds]


def _read(portfolio: Portfolio) -> list[Signal]:
    zone, asked = organisation.zone(), bounds.of(portfolio)
    written = _written(connection.vendor, is_narrow=asked.only is not None)
    return [_signal(zone, *row) for row in written.rows(asked.values())]


@cache
def _written(vendor: str, *, is_narrow: bool) -> Written:
    """By all that the SQL depends on. A viewer's permissions are not among it: they choose what is shown of the signals."""
    return prepared.written(union(bounds.places(is_narrow=is_narrow)))


def union(asked: Bounds) -> Any:  # Any: rows of a union
    """Every kind, as a query of its own where `asked` has values."""
    kinds = (
        *_handoffs(asked), _put_away(asked), _answers(asked), _tickets(asked), *_waits(asked), _promises(asked),
        _onboarding(asked), _opportunities(asked),
    )  # fmt: skip
    return _left(asked).union(*kinds, all=True)


def _signal(
    zone: ZoneInfo, account: int, kind: str, key: int, moment: str, figure: int, words: str, name: str
) -> Signal:
    """A day stays as it is told; a moment falls on the organisation's day."""
    known = datetime.fromisoformat(moment)
    on = known.date() if len(moment) == len("2026-11-24") else day_of(known.replace(tzinfo=known.tzinfo or UTC), zone)
    return Signal(account, kind, key, on, figure, words, name)


def _left(asked: Bounds) -> Any:  # Any: rows of a union
    """Decision makers and champions who have left, where nobody has their role now."""
    there = Contact.objects.filter(
        account=OuterRef("account"), role=OuterRef("role"), left_on__isnull=True, archived_at__isnull=True
    )
    rows = Contact.objects.filter(
        ~Exists(there), account__in=bulk.among(asked.accounts), role__in=(DecisionRole.DECISION_MAKER, DecisionRole.CHAMPION),
        left_on__gte=asked.left, left_on__lte=asked.on, archived_at__isnull=True,
    )  # fmt: skip
    return _narrow(rows, "left", "left_on", Value(0), F("role"), F("name"))


def _answers(asked: Bounds) -> Any:  # Any: rows of a union
    """Detractors whom nobody has talked or written to since."""
    since = Touch.objects.filter(
        account=OuterRef("account"), happened_at__gt=OuterRef("answered_at"), retracted_at__isnull=True
    ).exclude(channel=Channel.NOTE)
    since = since.exclude(direction=Direction.IN)
    replied = letters.by_people().filter(account=OuterRef("account"), handed_over_at__gt=OuterRef("answered_at"))
    rows = Answer.objects.filter(
        ~Exists(since), ~Exists(replied), account__in=bulk.among(asked.accounts), survey="nps", score__lte=DETRACTOR, retracted_at__isnull=True,
        answered_at__gte=asked.answered, answered_at__lte=asked.at,
    )  # fmt: skip
    return _narrow(rows, "answer", "answered_at", F("score"), F("comment"), F("respondent"))


def _tickets(asked: Bounds) -> Any:  # Any: rows of a union
    """Urgent ones that stay open."""
    rows = Ticket.objects.filter(
        account__in=bulk.among(asked.accounts), priority="urgent", resolved_at__isnull=True, retracted_at__isnull=True,
        opened_at__lte=asked.opened,
    )  # fmt: skip
    return _narrow(rows, "ticket", "opened_at", Value(0), F("title"), F("key"))


def _waits(asked: Bounds) -> Any:  # Any: rows of two unions
    """Whatever speaks against proposing anything, said by the customer."""
    tickets, unanswered = holding.tickets(asked.accounts), holding.detractors(asked.accounts, asked.waiting, asked.at)
    return (
        _narrow(tickets, "waits", "opened_at", Value(0), F("title"), F("key")),
        _narrow(unanswered, "waits", "answered_at", F("score"), F("comment"), F("respondent")),
    )


def _promises(asked: Bounds) -> Any:  # Any: rows of a union
    """Open ones that are due by the end of the next business day, or overdue."""
    rows = Promise.objects.filter(
        account__in=bulk.among(asked.accounts), state=PromiseState.OPEN, due_on__lte=asked.soon
    )
    return _narrow(rows, "promise", "due_on", Value(0), F("words"), F("toward"))


def _onboarding(asked: Bounds) -> Any:  # Any: rows of a union
    """Projects that run behind or are stuck."""
    rows = OnboardingProject.objects.filter(
        account__in=bulk.among(asked.accounts), state="running", standing__in=(Standing.BEHIND, Standing.STUCK)
    )
    counts = ("steps_settled", "steps_all", "overdue_ours", "overdue_theirs")
    told = [part for name in counts for part in (Value("|"), Cast(F(name), _WORDS))]
    return _narrow(
        rows, "onboarding", "starts_on", Value(0), Concat(F("standing"), *told, output_field=_WORDS), F("name")
    )


def _handoffs(asked: Bounds) -> tuple[Any, Any]:  # Any: rows of a union
    """Of whatever account: those that wait for the member's acceptance, and those that they are to write by now."""
    away = Deputy.objects.on(asked.on).filter(deputy=asked.member).values("member")
    rows = Handoff.objects.filter(account__archived_at__isnull=True)
    if asked.only is not None:
        rows = rows.filter(account__in=bulk.among(asked.only))
    sent = rows.filter(Q(receiver=asked.member) | Q(receiver__in=away), state=HandoffState.SENT)
    due = rows.filter(Q(seller=asked.member) | Q(seller__in=away), state__in=WRITING, due_on__lte=asked.soon)
    return (
        _narrow(sent, "handoff", "sent_at", Value(0), F("receiver__name"), F("account__name")),
        _narrow(due, "handoff_due", "due_on", Value(0), F("seller__name"), F("account__name")),
    )


def _put_away(asked: Bounds) -> Any:  # Any: rows of a union
    """Of whatever account: reasons that the member, or whom they stand in for, answered; a snooze until its day comes."""
    away = Deputy.objects.on(asked.on).filter(deputy=asked.member).values("member")
    rows = QueueAnswer.objects.holding(asked.on).filter(
        Q(member=asked.member) | Q(member__in=away), account__archived_at__isnull=True
    )
    if asked.only is not None:
        rows = rows.filter(account__in=bulk.among(asked.only))
    reason = Concat(F("code"), Value("|"), F("subject"), output_field=_WORDS)
    return _narrow(rows, "answered", "at", Value(0), reason, F("fingerprint"))


def _opportunities(asked: Bounds) -> Any:  # Any: rows of a union
    """Those that run, by the day of their next step; without one, on no day that comes."""
    rows = Opportunity.objects.live().filter(account__in=bulk.among(asked.accounts))
    rows = rows.annotate(due=Coalesce("due_on", Value(date.max, DateField())))
    told = Concat(
        F("kind"),
        Value("|"),
        F("state"),
        Value("|"),
        Coalesce(Cast("seller_id", _WORDS), Value("")),
        output_field=_WORDS,
    )
    return _narrow(rows, "opportunity", "due", Value(0), told, F("next_step"))


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
