"""Messages of both sides about a project; the other side is told, and sees who wrote only as far as it may."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding_portal import OnboardingLink, OnboardingMessage
from nenrin.work.onboarding import links, saving

LONGEST = 5000


def write(
    project: OnboardingProject,
    body: str,
    *,
    member: Member,
    at: datetime,
    step: OnboardingStep | None = None,
    key: str = "",
) -> OnboardingMessage:
    """From us to the customer: it stands in the portal. Safe to repeat with the same key. Raises Refused.

    Journal: work.onboarding_message.sent.
    """
    row = OnboardingMessage(project=project, step=step, member=member, is_ours=True, body=body.strip(), key=key)
    return _written(row, "sent", Actor.of(member), at)


def answer(
    link: OnboardingLink, body: str, *, at: datetime, step: OnboardingStep | None = None, key: str = ""
) -> OnboardingMessage:
    """From the customer to us, through a link. Safe to repeat with the same key. Raises Refused.

    Journal: work.onboarding_message.received.
    """
    row = OnboardingMessage(
        project=link.project, step=step, contact_id=link.contact_id, is_ours=False, body=body.strip(), key=key
    )
    return _written(row, "received", links.actor(link), at)


def _written(row: OnboardingMessage, verb: str, by: Actor, at: datetime) -> OnboardingMessage:
    if not 0 < len(row.body) <= LONGEST:
        raise Refused.one("body", Text(f"from 1 to {LONGEST:,} characters", f"1〜{LONGEST:,}文字"), len(row.body))
    with saving.opened(row.project, at=at, may_be_ended=True) as work:
        stands = OnboardingMessage.objects.filter(project=row.project, key=row.key).first() if row.key else None
        if stands is not None:
            work.is_changed = False
            return stands
        row.written_at = at
        row.save()
        subjects = [("onboarding", row.project_id), ("onboarding_message", row.pk)]
        if row.contact_id:
            subjects.append(("contact", row.contact_id))
        journal.record_many([
            journal.Draft(
                f"work.onboarding_message.{verb}", by, at, work.project.account_id, subjects,
                {"name": work.project.name}, {"body": row.body},
            )
        ])  # fmt: skip
    return row


def of(project: OnboardingProject) -> QuerySet[OnboardingMessage]:
    """All of a project, the oldest first."""
    rows: QuerySet[OnboardingMessage] = OnboardingMessage.objects.filter(project=project)
    return rows.select_related("member", "contact", "step").order_by("written_at", "pk")


def seen(project: OnboardingProject, *, by_us: bool, at: datetime) -> int:
    """One side has read what the other wrote."""
    with transaction.atomic():
        rows = OnboardingMessage.objects.filter(project=project, is_ours=not by_us, seen_at__isnull=True)
        return rows.update(seen_at=at)
