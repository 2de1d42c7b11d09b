"""What every verb does around its own change: the row locked, its version raised, one journal entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import format, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Money, Text
from nenrin.work import checking
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import STATES, OpportunityState

#: No change of MRR is larger, in minor units.
LARGEST = 10**13


def locked(opportunity: Opportunity) -> Opportunity:
    rows = Opportunity.objects.select_for_update(of=("self",))
    return rows.select_related("account", "owner", "seller").get(pk=opportunity.pk)


def save(row: Opportunity, at: datetime) -> None:
    row.version, row.changed_at = row.version + 1, at
    row.save()


def check_version(row: Opportunity, asked: int | None, mine: dict[str, object]) -> None:
    """Raises Conflict where the row has gone on since."""
    theirs = {name: _plain(getattr(row, name)) for name in mine}
    checking.stand_at("the opportunity", row.version, asked, {k: _plain(v) for k, v in mine.items()}, theirs)


def _plain(value: Any) -> object:
    """A row of ours by its name."""
    return str(value) if isinstance(value, Model) else value


def check_live(row: Opportunity) -> None:
    """Raises Refused where it is won, lost or withdrawn."""
    if not row.is_live:
        word = STATES[OpportunityState(row.state)]
        raise Refused.one("state", Text(f"it is over: {word.en.lower()}", f"終了済み（{word.ja}）"), row.state)


def amount(field: str, minor: int | None) -> None:
    """Raises Refused for a sum that cannot be."""
    if minor is not None and abs(minor) > LARGEST:
        raise Refused.one(field, Text("an amount that can be", "金額の範囲外"), minor)


def reaches(member: Member, account: Account) -> bool:
    """May this member work on opportunities of the account?"""
    rows = Account.objects.for_member(member, Permission.OPPORTUNITIES_EDIT)
    return bool(rows.filter(pk=account.pk).exists())


def member_of(by: Actor) -> int | None:
    return int(by.key) if by.kind == "member" and by.key.isdigit() else None


def record(
    verb: str, row: Opportunity, by: Actor, at: datetime, *, personal: dict[str, str] | None = None, **told: object
) -> None:
    kind = row.kind_word
    particulars = {"kind": row.kind, "kind_en": kind.en, "kind_ja": kind.ja, "origin": row.origin, **told}
    said = {name: words for name, words in (personal or {}).items() if words}
    journal.record(
        f"work.opportunity.{verb}", actor=by, at=at, account=row.account_id, subject=("opportunity", row.pk),
        particulars=particulars, personal=said or None, version=row.version,
    )  # fmt: skip


def sums(minor: int | None, currency: str) -> dict[str, object]:
    """An amount for a sentence of the journal, in both languages."""
    if minor is None:
        return {"amount_en": "—", "amount_ja": "—"}
    money = Money(minor, currency)
    return {"minor": minor, "currency": currency, "amount_en": format.money(money, "en"), "amount_ja": format.money(money, "ja")}  # fmt: skip
