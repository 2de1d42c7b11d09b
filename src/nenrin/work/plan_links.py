"""Addresses under which a customer reads its plan without signing in: made, opened, revoked."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F

from nenrin.customers.errors import Refused
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work.models import PlanLink, SuccessPlan
from nenrin.work.models.plan import PlanState

SALT = "nenrin.success-plan"
DEFAULT_DAYS, MOST_DAYS = 30, 365


def share(plan: SuccessPlan, *, days: int = DEFAULT_DAYS, by: Actor, at: datetime) -> PlanLink:
    """An address that opens for so many days, today included. Raises Refused. Journal: work.plan.shared."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused.one("days", Text(f"from 1 to {MOST_DAYS}", f"1〜{MOST_DAYS}日"), days)
    if plan.state == PlanState.ABANDONED:
        raise Refused.one("state", Text("given up", "中止済み"), plan.state)
    expires = organisation.today(at) + timedelta(days - 1)
    with transaction.atomic():
        link = PlanLink.objects.create(
            plan=plan,
            nonce=secrets.token_urlsafe(18),
            created_by_id=by.member,
            created_at=at,
            expires_on=expires,
        )
        note = {"expires_on": expires, "link": link.pk}
        journal.record(
            "work.plan.shared", actor=by, at=at, account=plan.account_id, subject=("plan", plan.pk), particulars=note
        )
    return link


def revoke(link: PlanLink, *, by: Actor, at: datetime) -> None:
    """It opens no more, at once. Safe to repeat. Journal: work.plan.revoked."""
    with transaction.atomic():
        if PlanLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=at):
            plan = link.plan
            journal.record(
                "work.plan.revoked", actor=by, at=at, account=plan.account_id, subject=("plan", plan.pk),
                particulars={"link": link.pk},
            )  # fmt: skip


def token(link: PlanLink) -> str:
    """What stands in the address: the link's nonce under our signature."""
    return signing.Signer(salt=SALT).sign(link.nonce)


def find(told: str, today: date) -> PlanLink | None:
    """The live link behind a token; None for a forged, expired or revoked one, and for an archived account's."""
    try:
        nonce = signing.Signer(salt=SALT).unsign(told)
    except signing.BadSignature:
        return None
    live = PlanLink.objects.filter(nonce=nonce, revoked_at__isnull=True, expires_on__gte=today)
    return live.filter(plan__account__archived_at__isnull=True).select_related("plan__account").first()


def opened(link: PlanLink, *, at: datetime) -> None:
    """Count that it was read."""
    PlanLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, opened_at=at)
