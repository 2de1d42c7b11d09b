"""Deputies: who sees to a member's accounts while they are away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models.deputy import Deputy
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text

LONGEST_DAYS = 366


def appoint(member: Member, deputy: Member, *, from_on: date, until_on: date, by: Actor, at: datetime) -> Deputy:
    """Let `deputy` see to the accounts of `member` from a day up to and without another. Safe to repeat.

    Raises Refused for an absence that is over, overlaps another one of the same member, or a deputy whose role could
    not work on those accounts. Journal: customers.deputy.appointed.
    """
    _check(member, deputy, from_on, until_on, organisation.today(at))
    with transaction.atomic():
        standing = Deputy.objects.filter(member=member, ended_at__isnull=True)
        meeting = standing.filter(from_on__lt=until_on, until_on__gt=from_on).first()
        if meeting is not None:
            same = (meeting.deputy_id, meeting.from_on, meeting.until_on) == (deputy.pk, from_on, until_on)
            if same:
                return meeting
            raise Refused.one("from_on", Text("another deputy is set in these days", "期間が他の代理と重複"), from_on)
        row = Deputy.objects.create(member=member, deputy=deputy, from_on=from_on, until_on=until_on, created_at=at)
        _record("appointed", row, by, at)
    return row


def end(row: Deputy, *, by: Actor, at: datetime) -> Deputy:
    """Take a deputy back before the end. Safe to repeat. Journal: customers.deputy.ended."""
    with transaction.atomic():
        row = Deputy.objects.select_for_update().select_related("member", "deputy").get(pk=row.pk)
        if row.ended_at is None:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
            _record("ended", row, by, at)
    return row


def of(day: date) -> Mapping[int, int]:
    """Who is away on a day -> who sees to their accounts; by members' ids."""
    return dict(Deputy.objects.on(day).values_list("member_id", "deputy_id"))


def stands_in(deputy: Member, member: int, day: date) -> bool:
    """Does this colleague see to the accounts of `member` (an id) on a day?"""
    return Deputy.objects.on(day).filter(deputy=deputy, member=member).exists()


def _check(member: Member, deputy: Member, from_on: date, until_on: date, today: date) -> None:
    if member.pk == deputy.pk:
        raise Refused.one("deputy", Text("somebody else", "本人以外が必要"), deputy.name)
    if not deputy.is_active:
        raise Refused.one("deputy", Text("no such active member", "有効なメンバーではない"), deputy.name)
    if until_on <= from_on or (until_on - from_on).days > LONGEST_DAYS:
        raise Refused.one("until_on", Text("after the first day, within a year", "開始日より後、1年以内"), until_on)
    if until_on <= today:
        raise Refused.one("until_on", Text("a day ahead", "未来の日付が必要"), until_on)
    if not _can_work(member, deputy):
        raise Refused.one(
            "deputy", Text("in the same team, or with a role that reaches all accounts", "同じチーム、または全顧客を扱える役割のメンバー"),
            deputy.name,
        )  # fmt: skip


def _can_work(member: Member, deputy: Member) -> bool:
    """What a role may write is not widened by standing in: the deputy must reach these accounts anyway."""
    scope = allowed(deputy, Permission.TASKS_EDIT)
    together = deputy.team_id is not None and deputy.team_id == member.team_id
    return scope is Scope.ALL or (scope is Scope.TEAM and together)


def _record(verb: str, row: Deputy, by: Actor, at: datetime) -> None:
    note = {"from": row.from_on, "until": row.until_on, "member_id": row.member_id, "deputy_id": row.deputy_id}
    names = {"member": row.member.name, "deputy": row.deputy.name}
    code = f"customers.deputy.{verb}"
    journal.record(code, actor=by, at=at, subject=("deputy", row.pk), particulars=note, personal=names)
