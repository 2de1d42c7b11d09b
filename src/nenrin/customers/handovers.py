"""Handovers within our own house: who looks after an account in a phase changes when the receiver accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from nenrin.customers import deputies, ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Assignment
from nenrin.customers.models.handover import Handover
from nenrin.customers.statuses import Phase
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text

MOST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Passed:
    """An account (ids) that has gone to the receiver in a phase already, while the giver still has work open there."""

    account: int
    phase: str
    giver: int
    receiver: int


class Answered(ValueError):
    """This handover was answered or taken back already: look at how it stands."""


def propose(
    account: Account, receiver: Member, *, by: Actor, at: datetime, phase: Phase = Phase.PRIMARY, note: str = ""
) -> Handover:
    """Ask a member to take over an account in a phase; asked again of the same member, the same row.

    Raises Refused: who has gone, who has it already, an account that is archived, or one asked of somebody else.
    Journal: customers.handover.proposed.
    """
    _check(account, receiver, note)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account.pk)
        holder = Assignment.objects.filter(account=account, phase=phase, until_on__isnull=True).first()
        if holder and holder.member_id == receiver.pk:
            raise Refused.one("receiver", Text("looks after it already", "すでに担当"), receiver.name)
        waiting = Handover.objects.filter(account=account, phase=phase, state="proposed").first()
        if waiting:
            return _same(waiting, receiver)
        row = Handover.objects.create(
            account=account, phase=phase, giver_id=holder.member_id if holder else None, receiver=receiver,
            note=note.strip(), proposed_at=at, proposed_by_id=by.member,
        )  # fmt: skip
        _record("proposed", row, by, at)
    return row


def propose_many(
    accounts: Sequence[Account],
    receiver: Member,
    *,
    by: Actor,
    at: datetime,
    phase: Phase = Phase.PRIMARY,
    note: str = "",
) -> list[Handover]:
    """The same for many; those that the receiver has already, or that are asked of somebody else, are left out."""
    made = []
    for account in accounts:
        try:
            made.append(propose(account, receiver, by=by, at=at, phase=phase, note=note))
        except Refused:
            continue
    return made


def follow_many(passed: Sequence[Passed], *, by: Actor, at: datetime) -> list[Handover]:
    """Ask whoever has an account by now to take over what the one before left open there.

    Where one is waiting for the same account and phase it stays, and none is made. Safe to repeat.
    Journal: customers.handover.proposed.
    """
    with transaction.atomic():
        keys = sorted({one.account for one in passed})
        list(Account.objects.select_for_update().filter(pk__in=bulk.among(keys)).order_by("pk").values_list("pk"))
        waiting = set(
            Handover.objects.filter(account__in=bulk.among(keys), state="proposed").values_list("account_id", "phase")
        )
        made = [
            Handover(
                account_id=one.account, phase=one.phase, giver_id=one.giver, receiver_id=one.receiver, proposed_at=at,
                proposed_by_id=by.member,
            )
            for one in passed
            if (one.account, one.phase) not in waiting
        ]  # fmt: skip
        bulk.insert(made)
        members = Member.objects.in_bulk({row.receiver_id for row in made})
        for row in made:
            row.receiver = members[row.receiver_id]
        journal.record_many(_draft("proposed", row, by, at) for row in made)
    return made


def may_answer(row: Handover, member: Member, day: date) -> bool:
    """The receiver answers, and while they are away whoever stands in for them."""
    return row.receiver_id == member.pk or deputies.stands_in(member, row.receiver_id, day)


def accept(row: Handover, *, by: Actor, at: datetime, contents: Mapping[str, int] | None = None) -> Handover:
    """Take it over: the receiver looks after the account in this phase from today.

    Raises Answered. Journal: customers.handover.accepted and customers.owner.assigned, and customers.handover.deputed
    where somebody else answers for the receiver.
    """
    with transaction.atomic():
        row = _open(row)
        ownership.assign(row.account, row.receiver, by=by, at=at, phase=Phase(row.phase))
        row.contents = dict(contents or {})
        return _close(row, "accepted", by, at)


def decline(row: Handover, *, reason: str, by: Actor, at: datetime) -> Handover:
    """Say no, with a reason; everything stays as it was. Raises Answered, Refused. Journal: customers.handover.declined,
    and customers.handover.deputed where somebody else answers for the receiver.
    """
    said = reason.strip()
    if not 0 < len(said) <= 300:
        raise Refused.one("reason", Text("from 1 to 300 characters", "1〜300文字"), reason)
    with transaction.atomic():
        row = _open(row)
        row.answer = said
        return _close(row, "declined", by, at)


def withdraw(row: Handover, *, by: Actor, at: datetime) -> Handover:
    """Take the question back. Raises Answered. Journal: customers.handover.withdrawn."""
    with transaction.atomic():
        return _close(_open(row), "withdrawn", by, at)


def _check(account: Account, receiver: Member, note: str) -> None:
    if not receiver.is_active:
        raise Refused.one("receiver", Text("no such active member", "有効なメンバーではない"), receiver.name)
    if account.archived_at:
        raise Refused.one("account", Text("is archived or merged", "アーカイブ済みまたは統合済み"), account.pk)
    if len(note) > MOST_WORDS:
        raise Refused.one("note", Text(f"at most {MOST_WORDS} characters", f"{MOST_WORDS}文字以内"), len(note))


def _same(waiting: Handover, receiver: Member) -> Handover:
    if waiting.receiver_id != receiver.pk:
        raise Refused.one("receiver", Text("somebody else is being asked", "別のメンバーに依頼中"), receiver.name)
    return waiting


def _open(row: Handover) -> Handover:
    found = Handover.objects.select_for_update(of=("self",)).select_related("account", "receiver").get(pk=row.pk)
    if found.state != "proposed" or found.account.archived_at:
        raise Answered(f"handover {found.pk} is {found.state}: {Answered.__doc__}")
    return found


def _close(row: Handover, state: str, by: Actor, at: datetime) -> Handover:
    row.state, row.answered_at = state, at
    row.save()
    drafts = [_draft(state, row, by, at)]
    if state != "withdrawn" and by.member not in (None, row.receiver_id):
        drafts.append(_draft("deputed", row, by, at, deputy=by.name))
    journal.record_many(drafts)
    return row


def _record(verb: str, row: Handover, by: Actor, at: datetime) -> None:
    journal.record_many([_draft(verb, row, by, at)])


def _draft(verb: str, row: Handover, by: Actor, at: datetime, **more: str) -> journal.Draft:
    note = {"phase": row.phase, "receiver_id": row.receiver_id, "giver_id": row.giver_id, **row.contents}
    said = {"receiver": row.receiver.name, "note": row.note, "reason": row.answer, **more}
    return journal.Draft(f"customers.handover.{verb}", by, at, row.account_id, [("handover", row.pk)], note, said)
