"""Who is to accept a handoff that was opened before the account had anybody: its first owner since, else the heads."""

from __future__ import annotations

from datetime import datetime

from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.work import handoffs
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import RUNNING

MOST = 200


def of(account: Account) -> Member | None:
    """Whoever onboards the account now, else its CSM; None where it has neither."""
    owned = Assignment.objects.filter(account=account, until_on__isnull=True, member__is_active=True)
    owners = {each.phase: each.member for each in owned.select_related("member")}
    return owners.get(Phase.ONBOARDING) or owners.get(Phase.PRIMARY)


def step(at: datetime) -> int:
    """Give handoffs that nobody receives to whoever has the account by now; returns how many. Safe to repeat."""
    owned = Assignment.objects.filter(
        until_on__isnull=True, member__is_active=True, phase__in=(Phase.ONBOARDING, Phase.PRIMARY)
    )
    waiting = Handoff.objects.filter(state__in=RUNNING, receiver=None, account__in=owned.values("account"))
    found = list(waiting.select_related("account").order_by("pk")[:MOST])
    for handoff in found:
        handoffs.reassign(handoff, receiver=of(handoff.account), by=SYSTEM, at=at)
    return len(found)
