"""The dashboard of the month before by mail: who gets it, on which day, and the round that sends it, once a month each."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from nenrin.customers.errors import Refused
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import outbox, sending
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Member
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.permissions import allowed
from nenrin.insight.executive import letters, reach
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.executive.leaving import Reasons, written
from nenrin.insight.models import ReportReader
from nenrin.values import Text

log = logging.getLogger(__name__)

FIRST, LAST = 1, 28  # days that every month has
HOUR: Final = time(8)  # of the organisation's day


def readers() -> list[ReportReader]:
    """Who gets it, by name; those who left do not."""
    found = ReportReader.objects.filter(member__is_active=True)
    return list(found.select_related("member").order_by("member__name", "pk"))


def name(member: Member, *, on_day: int = FIRST, by: Actor, at: datetime) -> ReportReader:
    """Mail the month before to a member, on a day of each month. Safe to repeat; another day replaces it.

    Raises Refused for a day that not every month has and for whoever may not see the dashboard.
    Journal: insight.report.named.
    """
    if not FIRST <= on_day <= LAST:
        raise Refused.one("on_day", Text(f"from {FIRST} to {LAST}", f"{FIRST}〜{LAST}"), on_day)
    if allowed(member, reach.VIEW) is None:
        may = Text("a member who may see the executive dashboard", "経営ダッシュボードを閲覧できるメンバー")
        raise Refused.one("member", may, member.pk)
    with transaction.atomic():
        standing = ReportReader.objects.select_for_update().filter(member=member).first()
        if standing is not None and standing.on_day == on_day:
            return standing
        first = _first_told(on_day, at)
        since = first if standing is None else min(first, standing.since)
        row, _ = ReportReader.objects.update_or_create(
            member=member, defaults={"on_day": on_day, "since": since, "named_at": at}
        )
        _record("named", member, by, at, {"day": on_day})
    return row


def drop(member: Member, *, by: Actor, at: datetime) -> bool:
    """No more mails to a member; whether there were any. Safe to repeat. Journal: insight.report.dropped."""
    with transaction.atomic():
        had = ReportReader.objects.filter(member=member).delete()[0] > 0
        if had:
            _record("dropped", member, by, at, {})
    return had


def _record(what: str, member: Member, by: Actor, at: datetime, particulars: dict[str, int]) -> None:
    journal.record(
        f"insight.report.{what}", actor=by, at=at, subject=("member", member.pk), particulars=particulars,
        personal={"member": member.name},
    )  # fmt: skip


def _first_told(on_day: int, at: datetime) -> date:
    """The month before where this month's day is still to come, else this one: nothing is sent in arrears."""
    today = organisation.today(at)
    return month_before(today) if today.day <= on_day else today.replace(day=1)


def month_before(day: date) -> date:
    """Its first day.

    >>> month_before(date(2026, 1, 15))
    datetime.date(2025, 12, 1)
    """
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def step(at: datetime, reasons: Reasons = written) -> int:
    """Mail the month before to whom it is due; returns how many. Mail and mark commit together, under a key of member
    and month, so that killed anywhere nobody is told twice. Without a mail server they wait.
    """
    local = at.astimezone(organisation.zone())
    if local.time() < HOUR:
        return 0
    month, today = month_before(local.date()), local.date()
    rows = list(_due(month, today.day).select_related("member"))
    if not rows or sending.line() is None:
        return 0
    return sum(_tried(row, month, today, at, reasons) for row in rows if allowed(row.member, reach.VIEW))


def _tried(row: ReportReader, month: date, today: date, at: datetime, reasons: Reasons) -> int:
    """Whoever's dashboard fails is tried again in the next round; the others get theirs."""
    try:
        return _tell(row, month, today, at, reasons)
    except OperationalError:  # the database is away: for everybody
        raise
    except Exception:
        log.exception("the dashboard of %s could not be mailed to member %s", month, row.member_id)
        return 0


def _due(month: date, day: int) -> QuerySet[ReportReader]:
    untold = Q(told__isnull=True) | Q(told__lt=month)
    return ReportReader.objects.filter(untold, on_day__lte=day, since__lte=month, member__is_active=True)


def _tell(row: ReportReader, month: date, today: date, at: datetime, reasons: Reasons) -> int:
    """One member's, as that member may see it; an organisation without contracts has nothing to tell."""
    last = today.replace(day=1) - timedelta(days=1)
    board = dashboard(reach.ask(row.member, last, today, known=today), reasons)
    with transaction.atomic():
        locked = _due(month, today.day).select_for_update(of=("self",)).filter(pk=row.pk).first()
        if locked is None:  # told or dropped meanwhile
            return 0
        ReportReader.objects.filter(pk=row.pk).update(told=month)
        if board.is_empty:
            return 0
        _put(board, row.member, month, at)
    return 1


def _put(board: Dashboard, member: Member, month: date, at: datetime) -> None:
    made, key = letters.letter(board, member.language), f"executive:{month:%Y-%m}:{member.pk}"
    outbox.put(
        to=Address(member.email, member.name), subject=made.subject[: outbox.MOST_SUBJECT], text=made.text,
        kind=Kind.TRANSACTIONAL, key=key, language=member.language, member_id=member.pk, origin=("executive", key),
        by=SYSTEM, at=at,
    )  # fmt: skip
