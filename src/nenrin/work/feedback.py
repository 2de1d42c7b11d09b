"""Feedback to sales in four kinds: written, read by the seller, its outcome followed, taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.customers.errors import Fault
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.handing import telling
from nenrin.work.models import Feedback, Handoff
from nenrin.work.models.feedback import FeedbackKind, Outcome

MOST_WORDS, MOST_OUTCOME = 5000, 1000


def seller_of(account: Account) -> Member | None:
    """Who sold it: the account's sales owner, else the seller of its last handoff."""
    sales = Assignment.objects.filter(account=account, phase=Phase.SALES, until_on__isnull=True)
    found = sales.select_related("member").first()
    if found:
        return found.member
    handed = Handoff.objects.filter(account=account, seller__isnull=False).select_related("seller").first()
    return handed.seller if handed else None


def write(
    account: Account, kind: str, words: str, *, by: Actor, at: datetime, seller: Member | None = None
) -> Feedback:
    """Tell the seller (default: who sold it). Raises Refused. Journal: work.feedback.written."""
    faults = checking.words("words", words, MOST_WORDS)
    if kind not in set(FeedbackKind):
        faults.append(Fault("kind", Text("usage, upsell, story or request", "4種類のいずれか"), kind))
    checking.refuse(faults)
    with transaction.atomic():
        row = Feedback.objects.create(
            account=account, kind=kind, words=words.strip(), author_id=by.member, seller=seller or seller_of(account),
            written_at=at, changed_at=at,
        )  # fmt: skip
        _record("written", row, by, at, row.words[:500])
        telling.fed_back(row, by=by, at=at)
    return row


def read(feedback: Feedback, *, by: Actor, at: datetime) -> Feedback:
    """The seller has read it. Safe to repeat. Journal: work.feedback.read."""
    with transaction.atomic():
        stands = Feedback.objects.select_for_update().get(pk=feedback.pk)
        if stands.read_at is None:
            stands.read_at = at
            _save(stands, at)
            _record("read", stands, by, at)
    return stands


def follow(
    feedback: Feedback, outcome: str, *, by: Actor, at: datetime, words: str = "", version: int | None = None
) -> Feedback:
    """What came of it. Safe to repeat. Raises Refused, Conflict. Journal: work.feedback.followed."""
    faults = checking.words("words", words, MOST_OUTCOME, needed=False)
    if outcome not in set(Outcome):
        faults.append(Fault("outcome", Text("talking, done, won or nothing", "4種類のいずれか"), outcome))
    checking.refuse(faults)
    with transaction.atomic():
        stands = Feedback.objects.select_for_update().get(pk=feedback.pk)
        mine = {"outcome": outcome, "outcome_words": words}
        theirs = {name: getattr(stands, name) for name in mine}
        checking.stand_at(f"feedback-{stands.pk}", stands.version, version, {**mine}, theirs)
        if theirs == {**mine, "outcome_words": words.strip()}:
            return stands
        stands.outcome, stands.outcome_words = outcome, words.strip()
        stands.outcome_at, stands.outcome_by_id = at, by.member
        stands.read_at = stands.read_at or at
        _save(stands, at)
        _record("followed", stands, by, at, stands.outcome_words[:500])
        telling.followed(stands, by=by, at=at)
    return stands


def retract(feedback: Feedback, *, by: Actor, at: datetime) -> Feedback:
    """Take it back. Safe to repeat. Journal: work.feedback.retracted."""
    with transaction.atomic():
        stands = Feedback.objects.select_for_update().get(pk=feedback.pk)
        if stands.retracted_at is None:
            stands.retracted_at = at
            _save(stands, at)
            _record("retracted", stands, by, at)
    return stands


def _save(feedback: Feedback, at: datetime) -> None:
    feedback.version, feedback.changed_at = feedback.version + 1, at
    feedback.save()


def _record(verb: str, feedback: Feedback, by: Actor, at: datetime, words: str = "") -> None:
    journal.record(
        f"work.feedback.{verb}", actor=by, at=at, account=feedback.account_id, subject=("feedback", feedback.pk),
        particulars={"kind": feedback.kind, "outcome": feedback.outcome}, version=feedback.version,
        personal={"words": words} if words else None,
    )  # fmt: skip
