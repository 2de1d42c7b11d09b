"""Handoffs in time: the seller hears on the day and when it has passed, the receiver when one waits; then the heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from nenrin.foundation import format, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import HandoffState
from nenrin.work.notices import News

#: Business days: how long one may wait for acceptance or for answers, and be overdue before the heads hear of it.
WAITS: Final = 2
LATE: Final = 3
#: At most so many of each kind a day; those due last come first.
MOST: Final = 1000
#: What has lain longer is not news: after a pause of the worker, or in books that came from elsewhere.
FRESH: Final = timedelta(days=30)

_DUE = Text("The handoff of {name} is due today", "{name}の引き継ぎの期限は本日です")
_OVERDUE = Text("The handoff of {name} is overdue (due {day})", "{name}の引き継ぎが期限超過です（期限 {day}）")
_LATE = Text("The handoff of {name} has not been sent (due {day})", "{name}の引き継ぎが未送付です（期限 {day}）")
_ASKED = Text("Questions on the handoff of {name} wait since {day}", "{name}の引き継ぎの質問が{day}から未回答です")
_WAITS = Text("The handoff of {name} waits for acceptance since {day}", "{name}の引き継ぎが{day}から受領待ちです")


def remind(today: date, *, at: datetime) -> int:
    """Tell those who are to act; returns how many notices. Each stage of each handoff is told once. Safe to repeat."""
    heads = list(Member.objects.filter(role=Role.HEAD, is_active=True))
    news = [*_drafts(today, heads), *_returned(today, heads, at), *_sent(today, heads, at)]
    notices.tell_many(news, by=SYSTEM, at=at)
    return len(news)


def _running(state: HandoffState) -> QuerySet[Handoff]:
    rows = Handoff.objects.filter(state=state, account__archived_at__isnull=True)
    return rows.select_related("account", "seller", "receiver")


def _drafts(today: date, heads: list[Member]) -> Iterator[News]:
    due = (
        _running(HandoffState.DRAFT)
        .filter(due_on__lte=today, due_on__gte=today - FRESH)
        .order_by("-due_on", "-pk")[:MOST]
    )
    for row in due:
        said, stage = (_DUE, "due") if row.due_on == today else (_OVERDUE, "overdue")
        yield from _news(row, _whom(row.seller, heads), stage, said, row.due_on)
        if add_business_days(row.due_on, LATE) < today:
            yield from _news(row, heads, "late", _LATE, row.due_on)


def _returned(today: date, heads: list[Member], at: datetime) -> Iterator[News]:
    asked = _running(HandoffState.RETURNED).filter(changed_at__gte=at - FRESH)
    for row in asked.order_by("-changed_at", "-pk")[:MOST]:
        since = organisation.today(row.changed_at)
        if add_business_days(since, WAITS) < today:
            yield from _news(row, _whom(row.seller, heads), "asked", _ASKED, since)


def _sent(today: date, heads: list[Member], at: datetime) -> Iterator[News]:
    sent = _running(HandoffState.SENT).filter(sent_at__gte=at - FRESH)
    for row in sent.order_by("-sent_at", "-pk")[:MOST]:
        since = organisation.today(row.sent_at or row.changed_at)
        if add_business_days(since, WAITS) < today:
            yield from _news(row, _whom(row.receiver, heads), "waiting", _WAITS, since)


def _whom(member: Member | None, heads: list[Member]) -> list[Member]:
    """Whoever is to act; where there is nobody, those who can find somebody."""
    return [member] if member is not None and member.is_active else heads


def _news(row: Handoff, members: Iterable[Member], stage: str, said: Text, day: date) -> Iterator[News]:
    days = {"en": format.day(day, "en"), "ja": format.day(day, "ja")}
    name = row.account.name
    text = Text(said.en.format(name=name, day=days["en"]), said.ja.format(name=name, day=days["ja"]))
    for member in members:
        yield News(
            member=member, code=f"handoff.{stage}", text=text, url=f"/handoffs/{row.pk}", account=row.account_id,
            key=f"handoff:{row.pk}:{stage}:{day}",
        )  # fmt: skip
