"""A handoff that was put aside goes on; and of two that a merge brings together one does, with the answers of both."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.values import Text
from nenrin.work import handoffs
from nenrin.work.handing import rows, telling
from nenrin.work.handoffs import Said
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import RUNNING, HandoffState

_ANOTHER: Final = Text("another one is under way for this customer", "この顧客では別の引き継ぎが進行中")
_MERGED: Final = Text(
    "Two customers became one: its other handoff goes on.", "顧客の統合により、もう一方の引き継ぎで続行"
)


def restore(handoff: Handoff, *, by: Actor, at: datetime, version: int | None = None) -> Handoff:
    """It is needed after all, and stands where it stood when it was dropped. Safe to repeat.

    Raises Refused for one that was accepted, or while another is under way; Conflict. Journal: work.handoff.restored.
    """
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        if stands.state in RUNNING:
            return stands
        if stands.state != HandoffState.DROPPED:
            raise Refused.one("state", Text("accepted already", "すでに受領済み"), stands.state)
        if Handoff.objects.filter(account=stands.account_id, state__in=RUNNING).exists():
            raise Refused.one("state", _ANOTHER, stands.state)
        stands.state, stands.note = _stood(stands), ""
        rows.save(stands, at)
        rows.record("restored", stands, by, at)
        if stands.state == HandoffState.SENT:
            telling.sent(stands, by=by, at=at)
    return stands


def _stood(handoff: Handoff) -> HandoffState:
    if handoff.sent_at is None:
        return HandoffState.DRAFT
    is_asked = handoff.questions.filter(asked_at__gte=handoff.sent_at).exists()
    return HandoffState.RETURNED if is_asked else HandoffState.SENT


def join(absorbed: int, survivor: int, *, at: datetime) -> Handoff | None:
    """Where both accounts (by id) have one under way, the one that stays takes over what only the other answers, and
    the other is dropped. Safe to repeat; None where there is nothing to join.

    Journal: work.handoff.filled, work.handoff.dropped.
    """
    with transaction.atomic():
        running = {
            row.account_id: row for row in Handoff.objects.filter(account__in=(absorbed, survivor), state__in=RUNNING)
        }
        if len(running) < 2:
            return None
        kept, gone = running[survivor], running[absorbed]
        open_ = set(kept.items.filter(words="", reason="").values_list("item", flat=True))
        said = {
            row.item: Said(row.words, row.reason)
            for row in gone.items.filter(item__in=open_)
            if row.words or row.reason
        }
        handoffs.fill(kept, said, by=SYSTEM, at=at)
        language = gone.account.language
        return handoffs.drop(gone, _MERGED.in_(language), by=SYSTEM, at=at)
