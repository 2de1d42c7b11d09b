"""Who has left needs no onboarding any more: its projects end on the day on which that is known."""

from __future__ import annotations

import logging
from datetime import datetime

from nenrin.customers.errors import Refused
from nenrin.customers.statuses import Status
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import start_of
from nenrin.foundation.models import Entry
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.onboarding import projects, telling

log = logging.getLogger(__name__)
MOST = 200
RESUMED = "work.onboarding.resumed"


def step(at: datetime) -> int:
    """End what runs or rests for customers that are lost, and tell whoever leads it; returns how many. Safe to repeat.

    What was begun or taken up again since the account left is somebody's wish, and goes on. Journal:
    work.onboarding.cancelled.
    """
    rows = OnboardingProject.objects.live().filter(account__status=Status.LOST, account__archived_at__isnull=True)
    found = list(rows.select_related("account", "owner").order_by("pk")[:MOST])
    return sum(_ended(project, at) for project in found if not _is_wanted(project))


def _is_wanted(project: OnboardingProject) -> bool:
    """Somebody began it, or took it up again, on the day on which the account left or after it."""
    left_on = project.account.lost_on
    if left_on is None:
        return False
    since = start_of(left_on, organisation.zone())
    about = Entry.objects.filter(references__kind="onboarding", references__key=str(project.pk))
    return project.created_at >= since or about.filter(action=RESUMED, recorded_at__gte=since).exists()


def _ended(project: OnboardingProject, at: datetime) -> bool:
    """One that is refused is logged; it holds up no other."""
    try:
        projects.cancel(project, "left", by=SYSTEM, at=at)
    except Refused:
        log.warning("onboarding project %s of an account that left could not be ended", project.pk, exc_info=True)
        return False
    telling.left(project, at=at)
    return True
