"""Handed over to sales, who take it on or give it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import checking, feedback
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import OpportunityState
from nenrin.work.opportunities import saving, telling

MOST_WORDS = 500
#: Who may answer for the seller.
LEADS = frozenset({Role.ADMINISTRATOR, Role.HEAD, Role.OPERATIONS})


def answers(member: Member, opportunity: Opportunity) -> bool:
    """May this member take it on or give it back: the seller to whom it was handed, or who leads."""
    return opportunity.seller_id == member.pk or member.role in LEADS


def hand(
    opportunity: Opportunity, *, by: Actor, at: datetime, seller: Member | None = None, version: int | None = None
) -> Opportunity:
    """To the seller (default: who sold the account), who hears of it. Safe to repeat.

    Raises Refused without a seller who sees the account, Conflict. Journal: work.opportunity.handed.
    """
    with transaction.atomic():
        row = saving.locked(opportunity)
        whom = (
            seller or (row.seller if row.state == OpportunityState.HANDED else None) or feedback.seller_of(row.account)
        )
        if row.state == OpportunityState.HANDED and whom is not None and whom.pk == row.seller_id:
            return row
        saving.check_version(row, version, {"seller": whom})
        saving.check_live(row)
        row.seller = _checked(whom, row.account)
        row.state, row.handed_at, row.taken_at = OpportunityState.HANDED, at, None
        row.declined_at, row.declined_words = None, ""
        saving.save(row, at)
        saving.record("handed", row, by, at, seller=row.seller.name)
        telling.handed(row, by=by, at=at)
    return row


def _checked(seller: Member | None, account: Account) -> Member:
    if seller is None or not seller.is_active:
        raise Refused.one("seller", Text("a seller: this account has none", "営業担当を指定（この顧客には未設定）"))
    if not saving.reaches(seller, account):
        words = Text(
            "somebody who sees this account: make them its sales owner first",
            "この顧客を閲覧できる担当者（先に営業担当として設定）",
        )
        raise Refused.one("seller", words, seller.name)
    return seller


def take(opportunity: Opportunity, *, by: Actor, at: datetime) -> Opportunity:
    """Sales takes it on. Safe to repeat. Raises Refused. Journal: work.opportunity.taken."""
    with transaction.atomic():
        row = saving.locked(opportunity)
        if row.state == OpportunityState.HANDED and row.taken_at is not None:
            return row
        _check_handed(row)
        row.taken_at = at
        saving.save(row, at)
        saving.record("taken", row, by, at)
        telling.taken(row, by=by, at=at)
    return row


def decline(opportunity: Opportunity, words: str, *, by: Actor, at: datetime) -> Opportunity:
    """Sales gives it back with a reason: it is open, or proposed, again. Safe to repeat. Raises Refused.

    Journal: work.opportunity.declined.
    """
    checking.refuse(checking.words("words", words, MOST_WORDS))
    with transaction.atomic():
        row = saving.locked(opportunity)
        if row.declined_at is not None and row.declined_words == words.strip():
            return row
        _check_handed(row)
        row.state = OpportunityState.PROPOSED if row.proposed_at else OpportunityState.OPEN
        row.taken_at, row.declined_at, row.declined_words = None, at, words.strip()
        saving.save(row, at)
        saving.record("declined", row, by, at, personal={"words": row.declined_words})
        telling.declined(row, by=by, at=at)
    return row


def _check_handed(row: Opportunity) -> None:
    if row.state != OpportunityState.HANDED:
        raise Refused.one("state", Text("handed over to sales first", "営業への引き渡しが先"), row.state)
