"""Taking back what one did to many accounts at once: through the verbs again, so that the journal tells both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.customers import ownership, tags
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import Permission

#: The journal's actions by which the deeds on many are told.
TAGGED: Final = "customers.account.tagged"
GIVEN: Final = "customers.owner."


def deed(member: Member, action: str, told_at: datetime, *, at: datetime) -> int:
    """Take back a member's own deed of that instant, an owner only where nobody has changed it since; how many changed.

    Raises Refused. Journal: as the deed itself. Safe to repeat.
    """
    told = Entry.objects.filter(
        action__startswith=action, recorded_at=told_at, actor_kind="member", actor_key=str(member.pk)
    )
    with transaction.atomic():
        entries = [entry for entry in told if entry.account is not None]
        return (_untag if action == TAGGED else _give_back)(member, entries, at)


def _untag(member: Member, entries: Sequence[Entry], at: datetime) -> int:
    """Tags put on are taken off, tags taken off are put on."""
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in entries:
        together[entry.particulars["added"], entry.particulars["removed"]].append(entry.account or 0)
    count = 0
    for (added, removed), keys in together.items():
        rows = Account.objects.for_member(member, Permission.ACCOUNTS_EDIT).filter(pk__in=keys)
        add, remove = ([name for name in words.split(", ") if name != "—"] for words in (removed, added))
        count += tags.change(list(rows), add=add, remove=remove, by=Actor.of(member), at=at)
    return count


def _give_back(member: Member, entries: Sequence[Entry], at: datetime) -> int:
    """Whoever looked after an account before does so again, where the one who was given it still does."""
    mine = Account.objects.for_member(member, Permission.ACCOUNTS_ASSIGN).values("pk")
    held = Assignment.objects.filter(account__in=mine, phase=Phase.PRIMARY, until_on__isnull=True)
    now = dict(held.filter(account__in=[e.account for e in entries]).values_list("account_id", "member_id"))
    wanted = [
        ownership.Wanted(entry.account, entry.particulars["before_id"])
        for entry in entries
        if entry.account is not None and now.get(entry.account) == entry.particulars["member_id"]
    ]
    return ownership.assign_many(wanted, by=Actor.of(member), at=at)
