"""Candidates that somebody put away for some time, with the reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.customers.errors import Fault
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import CandidateDismissal
from nenrin.work.models.opportunity import KINDS, OpportunityKind
from nenrin.work.opportunities import saving

DEFAULT_DAYS, MOST_DAYS, MOST_WORDS = 90, 730, 500


def dismiss(
    account: Account, kind: str, words: str, *, by: Actor, at: datetime, days: int = DEFAULT_DAYS
) -> CandidateDismissal:
    """Stays away for so many days. Safe to repeat. Raises Refused. Journal: work.candidate.dismissed."""
    faults = checking.words("words", words, MOST_WORDS)
    if kind not in set(OpportunityKind):
        faults.append(Fault("kind", Text("a kind of opportunity", "提案機会の種類"), str(kind)[:80]))
    if not 1 <= days <= MOST_DAYS:
        faults.append(Fault("days", Text(f"from 1 to {MOST_DAYS} days", f"1〜{MOST_DAYS}日"), days))
    checking.refuse(faults)
    until = organisation.today(at) + timedelta(days)
    fields = {"words": words.strip(), "until_on": until, "member_id": saving.member_of(by), "at": at}
    with transaction.atomic():
        same = CandidateDismissal.objects.filter(
            account=account, kind=kind, until_on=until, words=words.strip()
        ).first()
        if same is not None:
            return same
        row, _ = CandidateDismissal.objects.update_or_create(account=account, kind=kind, defaults=fields)
        _record("dismissed", row, by, at, {"words": row.words})
    return row


def restore(account: Account, kind: str, *, by: Actor, at: datetime) -> bool:
    """Bring it back; False where it was not away. Journal: work.candidate.restored."""
    with transaction.atomic():
        row = CandidateDismissal.objects.select_for_update().filter(account=account, kind=kind).first()
        if row is None:
            return False
        _record("restored", row, by, at, None)
        row.delete()
    return True


def away(today: date) -> dict[tuple[int, str], CandidateDismissal]:
    """Those that are away on a day, by account and kind."""
    rows = CandidateDismissal.objects.filter(until_on__gt=today).select_related("member")
    return {(row.account_id, row.kind): row for row in rows}


def _record(verb: str, row: CandidateDismissal, by: Actor, at: datetime, personal: dict[str, str] | None) -> None:
    kind = KINDS[OpportunityKind(row.kind)]
    journal.record(
        f"work.candidate.{verb}", actor=by, at=at, account=row.account_id, subject=("candidate", f"{row.account_id}:{row.kind}"),
        particulars={"kind": row.kind, "kind_en": kind.en, "kind_ja": kind.ja, "until_on": row.until_on},
        personal=personal,
    )  # fmt: skip
