"""Capacities: how much time each member has for accounts, and how much of it their accounts are planned to take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Assignment, TouchModel
from nenrin.customers.models.capacity import DAYS_A_MONTH, MINUTES_A_DAY, WHOLE, Capacity
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.roles import NAMES, Role
from nenrin.values import Text

MOST_MINUTES = 24 * 60
#: Planned for an account whose touch model states nothing.
UNPLANNED = 15
#: Letters of another role in words.
MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Load:
    """A member's accounts (as primary owner), the minutes a month planned for them, and what there is of both: as the member
    stated it, or as is usual where nothing was. `percent` of the working time is customer success's, the rest for
    `other_role`, a role's key or words.

    >>> Load(10, 3000, 6000, None).share
    0.5
    """

    accounts: int
    minutes: int
    of_minutes: int
    most_accounts: int | None
    is_stated: bool = False
    percent: int = WHOLE
    other_role: str = ""

    @property
    def share(self) -> float:
        return self.minutes / self.of_minutes if self.of_minutes else 1.0

    @property
    def other(self) -> Text:
        """The other role as it is read; empty where nobody said."""
        return role_words(self.other_role)

    def holds(self, more: int) -> bool:
        """Is there room for one account more that takes so many minutes?"""
        fits = self.minutes + more <= self.of_minutes
        return fits and (self.most_accounts is None or self.accounts < self.most_accounts)

    def with_one(self, more: int) -> Load:
        return replace(self, accounts=self.accounts + 1, minutes=self.minutes + more)


def state(
    member: Member, *, minutes_a_day: int, by: Actor, at: datetime, most_accounts: int | None = None,
    share_percent: int = WHOLE, other_role: str = "", version: int | None = None,
) -> Capacity:  # fmt: skip
    """Say how much time a member has: minutes of a whole day for accounts, and the percent of the time that is customer
    success's. Raises Refused, Conflict. Safe to repeat. Journal: customers.capacity.stated, of less than the whole .shared.

    - `other_role`: what the rest is for, the key of a role or its name in either language, or a few words.
    - `version`: of what you saw, 0 where nothing was stated; None takes whatever stands.
    """
    if not 0 <= minutes_a_day <= MOST_MINUTES:
        raise Refused.one("minutes_a_day", Text("minutes of one day", "1日以内の分数"), minutes_a_day)
    if most_accounts is not None and not 0 <= most_accounts <= 100_000:
        raise Refused.one("most_accounts", Text("a number of accounts", "顧客数"), most_accounts)
    other = _other(other_role, share_percent)
    wanted = (minutes_a_day, most_accounts, share_percent, other)
    with transaction.atomic():
        row = Capacity.objects.select_for_update().filter(member=member).first()
        if row and (row.minutes_a_day, row.most_accounts, row.share_percent, row.other_role) == wanted:
            return row
        row = row or Capacity(member=member, version=0)
        if version is not None and version != row.version:
            raise _clash(row, version, wanted)
        row.minutes_a_day, row.most_accounts, row.share_percent, row.other_role = wanted
        row.version, row.changed_at = row.version + 1, at
        row.save()
        note = {"minutes": row.minutes, "accounts": most_accounts, "percent": share_percent, "member_id": member.pk}
        action = "customers.capacity.stated" if share_percent == WHOLE else "customers.capacity.shared"
        said = role_words(other) if other else Text("—", "—")
        journal.record(
            action, actor=by, at=at, subject=("member", member.pk), particulars=note,
            personal={"member": member.name, "other_en": said.en, "other_ja": said.ja},
        )  # fmt: skip
    return row


def _clash(row: Capacity, asked: int, wanted: tuple[int, int | None, int, str]) -> Conflict:
    """Both sides, roles as the key or words that are kept."""
    names = ("minutes_a_day", "most_accounts", "share_percent", "other_role")
    theirs = {name: getattr(row, name) for name in names}
    mine = dict(zip(names, wanted, strict=True))
    return Conflict(f"capacity-{row.member_id}", asked=asked, stands=row.version, mine=mine, theirs=theirs)


def _other(words: str, percent: int) -> str:
    """As it is kept: the key of the role that the words name, else the words. Raises Refused."""
    if not 0 <= percent <= WHOLE:
        raise Refused.one("share_percent", Text("a share from 0 to 100", "0〜100の割合"), percent)
    plain = " ".join(words.replace("\0", "").split())
    if plain and percent == WHOLE:
        said = Text("for a share below 100 % only", "割合が100%未満のときだけ入力できます")
        raise Refused.one("other_role", said, words)
    if len(plain) > MOST_WORDS:
        raise Refused.one("other_role", Text(f"at most {MOST_WORDS} letters", f"{MOST_WORDS}文字以内"), words)
    named = {word.casefold(): role.value for role, name in NAMES.items() for word in (role.value, name.en, name.ja)}
    return named.get(plain.casefold(), plain)


def role_words(other: str) -> Text:
    """Another role as it is read: a role's name, else the words themselves."""
    return NAMES[Role(other)] if other in set(Role) else Text(other, other)


def loads(members: Iterable[int], phase: Phase = Phase.PRIMARY) -> dict[int, Load]:
    """Of each of these members, for the customers that they look after in a phase: three queries at any number."""
    wanted = list(members)
    minutes = planned()
    stated = {row.member_id: row for row in Capacity.objects.filter(member__in=wanted)}
    held = Assignment.objects.filter(
        member__in=wanted, phase=phase, until_on__isnull=True, account__archived_at__isnull=True,
    ).exclude(account__status=Status.LOST)  # fmt: skip
    counted: dict[int, tuple[int, int]] = {}
    for member, model, n in held.values_list("member_id", "account__touch_model").annotate(n=Count("pk")):
        accounts, took = counted.get(member, (0, 0))
        counted[member] = (accounts + n, took + n * minutes.get(model, UNPLANNED))
    return {key: _load(*counted.get(key, (0, 0)), stated.get(key)) for key in wanted}


def planned() -> Mapping[str, int]:
    """Minutes a month of one account, by touch model."""
    rows = TouchModel.objects.values_list("key", "minutes_a_month")
    return {key: UNPLANNED if minutes is None else minutes for key, minutes in rows}


def _load(accounts: int, minutes: int, row: Capacity | None) -> Load:
    if row is None:
        return Load(accounts, minutes, MINUTES_A_DAY * DAYS_A_MONTH, None)
    of = row.minutes * DAYS_A_MONTH
    return Load(accounts, minutes, of, row.most_accounts, True, row.share_percent, row.other_role)
