"""How an opportunity ends: won, not won, withdrawn; and opened again where that was too early."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Subscription
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import OpportunityState
from nenrin.work.opportunities import saving, telling

MOST_WORDS = 1_000


def win(
    opportunity: Opportunity, won_minor: int, *, by: Actor, at: datetime, subscription: Subscription | None = None,
    words: str = "", version: int | None = None,
) -> Opportunity:  # fmt: skip
    """Won: by how much MRR grew, and by which contract where that is known. Safe to repeat. Raises Refused, Conflict.

    Journal: work.opportunity.won.
    """
    saving.amount("won_minor", won_minor)
    checking.refuse(checking.words("words", words, MOST_WORDS, needed=False))
    if subscription is not None and subscription.account_id != opportunity.account_id:
        raise Refused.one("subscription", Text("a contract of this account", "この顧客の契約"), subscription.pk)
    fields = {"won_minor": won_minor, "won_subscription": subscription, "outcome_words": words.strip()}
    return _end(opportunity, OpportunityState.WON, fields, by, at, version)


def lose(opportunity: Opportunity, words: str, *, by: Actor, at: datetime, version: int | None = None) -> Opportunity:
    """Not won, and why. Safe to repeat. Raises Refused, Conflict. Journal: work.opportunity.lost."""
    checking.refuse(checking.words("words", words, MOST_WORDS))
    return _end(opportunity, OpportunityState.LOST, {"outcome_words": words.strip()}, by, at, version)


def withdraw(
    opportunity: Opportunity, words: str, *, by: Actor, at: datetime, version: int | None = None
) -> Opportunity:
    """Not followed any more, and why; counted neither as won nor as lost. Safe to repeat. Raises Refused, Conflict.

    Journal: work.opportunity.withdrawn.
    """
    checking.refuse(checking.words("words", words, MOST_WORDS))
    return _end(opportunity, OpportunityState.WITHDRAWN, {"outcome_words": words.strip()}, by, at, version)


def _end(
    opportunity: Opportunity, state: OpportunityState, fields: dict[str, Any], by: Actor, at: datetime, version: int | None
) -> Opportunity:  # fmt: skip
    with transaction.atomic():
        row = saving.locked(opportunity)
        if row.state == state and all(getattr(row, name) == value for name, value in fields.items()):
            return row
        saving.check_version(row, version, {"state": state.value})
        saving.check_live(row)
        row.state, row.closed_at = state, at
        for name, value in fields.items():
            setattr(row, name, value)
        saving.save(row, at)
        told = saving.sums(row.won_minor, row.currency) if state == OpportunityState.WON else {}
        saving.record(state.value, row, by, at, personal={"words": row.outcome_words}, **told)
        telling.ended(row, by=by, at=at)
    return row


def reopen(opportunity: Opportunity, *, by: Actor, at: datetime) -> Opportunity:
    """Follow it again; one that was won stays won. Safe to repeat. Raises Refused. Journal: work.opportunity.reopened."""
    with transaction.atomic():
        row = saving.locked(opportunity)
        if row.is_live:
            return row
        if row.state == OpportunityState.WON:
            raise Refused.one("state", Text("one that is not won", "受注以外"), row.state)
        row.state = OpportunityState.PROPOSED if row.proposed_at else OpportunityState.OPEN
        row.closed_at, row.outcome_words, row.handed_at, row.taken_at = None, "", None, None
        saving.save(row, at)
        saving.record("reopened", row, by, at)
    return row
