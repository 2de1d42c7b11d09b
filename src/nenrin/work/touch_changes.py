"""Rules gave accounts other touch models: heads hear what that does to the planned minutes of whoever has them.

A reader of the journal, once a day: one notice a member whose accounts moved, with the minutes before and after. Where
they are more than there is time for, it proposes to give accounts on.

A new rule may move every account at once: how far is read is written down first, then the entries are read and the notices
told in chunks. Whoever goes on after a kill, or beside another, tells of the same entries under the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers import capacities
from nenrin.customers.capacities import Load
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk, format, journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry, Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models import Notice
from nenrin.work.notices import News

READER: Final = "touch_changes"
#: How far the round that runs now, or was killed, is to read.
UNTIL: Final = "touch_changes.until"
#: Entries read, and notices told, in one go.
CHUNK: Final = 500
REGRADED: Final = "customers.account.regraded"
CODE: Final = "capacity.changed"
#: What was written down longer ago is history brought in.
FRESH: Final = timedelta(days=2)
#: For so long it stands on the team's day.
SHOWN: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Changed:
    """A member with accounts whose touch model is another; minutes a month that were planned, and what is planned now."""

    member: Member
    accounts: int
    before: int
    now: Load

    @property
    def is_too_much(self) -> bool:
        return self.now.minutes > max(self.before, self.now.of_minutes)


def tell(*, at: datetime) -> int:
    """Tell the heads what was decided since; returns how many members it is about. Safe to repeat, to kill, and for two
    at once.
    """
    done = _place(READER)
    last = _until(done)
    if last is None:
        return 0
    rows = Entry.objects.filter(sequence__gt=done, sequence__lte=last.sequence or 0, action=REGRADED)
    found = of(rows.filter(recorded_at__gt=at - FRESH).order_by("sequence").iterator(CHUNK))
    heads = list(Member.objects.filter(role=Role.HEAD, is_active=True)) if found else []
    news = [_news(one, head, last) for one in found for head in heads]
    for start in range(0, len(news), CHUNK):
        with transaction.atomic():
            notices.tell_many(news[start : start + CHUNK], by=SYSTEM, at=at)
    with transaction.atomic():
        if not journal.still_at(READER, done):  # another worker told of these
            return 0
        journal.advance(READER, last)
    return len(found)


def _place(reader: str) -> int:
    return Cursor.objects.filter(reader=reader).values_list("sequence", flat=True).first() or 0


def _until(done: int) -> Entry | None:
    """The last entry of this round, as whoever began it wrote it down; None where there is nothing to read, or the round
    is over.
    """
    with transaction.atomic():
        if not journal.still_at(READER, done):
            return None
        until = _place(UNTIL)
        if until > done:
            return Entry.objects.get(sequence=until)
        newest = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
        if newest is not None:
            journal.advance(UNTIL, newest)
        return newest


def of(entries: Iterable[Entry]) -> list[Changed]:
    """By member, the one with the most planned first; four queries."""
    moved = _moved(entries)
    accounts = Account.objects.standing().exclude(status=Status.LOST).filter(
        pk__in=bulk.among(sorted(moved)), owner__is_active=True
    )  # fmt: skip
    planned, whose = capacities.planned(), dict[Member, list[int]]()
    for account in accounts.select_related("owner"):
        if account.owner is not None:
            was, now = (planned.get(model, capacities.UNPLANNED) for model in moved[account.pk])
            whose.setdefault(account.owner, []).append(now - was)
    loads = capacities.loads([member.pk for member in whose]) if whose else {}
    found = [
        Changed(member, len(more), loads[member.pk].minutes - sum(more), loads[member.pk])
        for member, more in whose.items()
        if sum(more)
    ]
    return sorted(found, key=lambda one: (-one.now.share, one.member.name))


def _moved(entries: Iterable[Entry]) -> Mapping[int, tuple[str, str]]:
    """By account: the model before the first of these changes, and that after the last."""
    found: dict[int, tuple[str, str]] = {}
    for entry in entries:
        touch = entry.particulars.get("touch")
        if touch and entry.account is not None:
            found[entry.account] = (found.get(entry.account, touch)[0], touch[1])
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def _news(one: Changed, head: Member, last: Entry) -> News:
    name, now = one.member.name, one.now
    accounts = format.counted(one.accounts, "account")
    en = f"{name}: other touch models for {accounts}, {one.before:,} → {now.minutes:,} of {now.of_minutes:,} minutes a month"
    ja = f"{name}: {one.accounts}社のタッチモデルが変わり、月の計画が{one.before:,} → {now.minutes:,}分（{now.of_minutes:,}分中）"
    if one.is_too_much:
        en, ja = (
            f"{en}. More than there is time for: give accounts on",
            f"{ja}。余力を超えるため、担当の再割り当てを提案",
        )
    return News(
        member=head, code=CODE, text=Text(en, ja), key=f"touch:{last.sequence}:{one.member.pk}",
        url=f"/team-day/members/{one.member.pk}/reassign",
    )  # fmt: skip


def told(member: Member, at: datetime) -> list[Notice]:
    """What a head was told lately and has not marked as read, the newest first."""
    rows = Notice.objects.unread().filter(member=member, code=CODE, created_at__gt=at - SHOWN)
    return list(rows.order_by("-created_at", "-pk")[:20])
