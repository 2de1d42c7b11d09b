"""Who looks after an account, by phase: one current member a phase, with the history of those before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Wanted:
    """This member is to look after this account (ids) in this phase; None releases whoever does."""

    account: int
    member: int | None
    phase: Phase = Phase.PRIMARY
    since_on: date | None = None  # default: today


def assign(
    account: Account,
    member: Member,
    *,
    by: Actor,
    at: datetime,
    phase: Phase = Phase.PRIMARY,
    since_on: date | None = None,
) -> None:
    """Let a member look after an account from a day; whoever did until then is released. Safe to repeat.

    Raises Refused for a member who has gone. Journal: customers.owner.assigned.
    """
    assign_many([Wanted(account.pk, member.pk, phase, since_on)], by=by, at=at)


def release(account: Account, *, by: Actor, at: datetime, phase: Phase = Phase.PRIMARY) -> None:
    """Nobody looks after it in this phase from today. Safe to repeat. Journal: customers.owner.released."""
    assign_many([Wanted(account.pk, None, phase)], by=by, at=at)


def assign_many(wanted: Sequence[Wanted], *, by: Actor, at: datetime) -> int:
    """Assign and release many, one account and phase at most once a call; returns how many changed."""
    members = {member.pk: member for member in Member.objects.filter(pk__in={w.member for w in wanted if w.member})}
    for each in wanted:
        if each.member is not None and not (each.member in members and members[each.member].is_active):
            raise Refused.one("member", Text("no such active member", "有効なメンバーではない"), each.member)
    today, changed = organisation.today(at), 0
    for start in range(0, len(wanted), 500):
        with transaction.atomic():
            changed += _assign_chunk(wanted[start : start + 500], members, today, by, at)
    return changed


def _assign_chunk(wanted: Sequence[Wanted], members: dict[int, Member], today: date, by: Actor, at: datetime) -> int:
    accounts = {each.account for each in wanted}
    held = Assignment.objects.filter(account__in=accounts, until_on__isnull=True).select_related("member")
    current = {(row.account_id, row.phase): row for row in held}
    news = [each for each in wanted if _member(current.get((each.account, each.phase))) != each.member]
    closed = [row for each in news if (row := current.get((each.account, each.phase)))]
    for row in closed:
        row.until_on = today
    Assignment.objects.bulk_update(closed, ["until_on"], batch_size=200)
    made = [
        Assignment(account_id=each.account, member_id=each.member, phase=each.phase, since_on=each.since_on or today)
        for each in news
        if each.member is not None
    ]
    bulk.insert(made)
    _show_owner(news)
    journal.record_many(_drafts(news, current, members, by, at))
    return len(news)


def _member(row: Assignment | None) -> int | None:
    return row.member_id if row else None


def _show_owner(news: Iterable[Wanted]) -> None:
    by_member: dict[int | None, list[int]] = {}
    for each in news:
        if each.phase == Phase.PRIMARY:
            by_member.setdefault(each.member, []).append(each.account)
    for member, accounts in by_member.items():
        Account.objects.filter(pk__in=accounts).update(owner=member)


def _drafts(
    news: Iterable[Wanted],
    current: dict[tuple[int, str], Assignment],
    members: dict[int, Member],
    by: Actor,
    at: datetime,
) -> list[journal.Draft]:
    drafts = []
    for each in news:
        before = current.get((each.account, each.phase))
        note = {"phase": each.phase.value, "member_id": each.member, "before_id": _member(before)}
        name = members[each.member].name if each.member else before.member.name if before else ""
        code = f"customers.owner.{'assigned' if each.member else 'released'}"
        drafts.append(journal.Draft(code, by, at, each.account, (), note, {"member": name}))
    return drafts
