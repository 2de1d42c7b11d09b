"""What a colleague who left had open goes to whoever has the account now: tasks, promises, success plans, projects."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import SYSTEM
from nenrin.work import plans, promises, tasks
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.models.onboarding import State as ProjectState
from nenrin.work.models.plan import PlanState, SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task
from nenrin.work.onboarding import projects

log = logging.getLogger(__name__)
MOST: Final = 200
_ACCOUNT: Final = {"account__owner__is_active": True, "account__archived_at": None}


def step(at: datetime) -> int:
    """Hand over what is left with members who cannot sign in any more; returns how many. Safe to repeat.

    Of an account without an owner everything stays where it is until it has one. Journal: each thing's own entry.
    """
    left_tasks = Task.objects.open().filter(assignee__is_active=False, **_ACCOUNT)
    left_promises = Promise.objects.open().filter(owner__is_active=False, **_ACCOUNT)
    left_plans = SuccessPlan.objects.filter(
        owner__is_active=False, state__in=(PlanState.DRAFT, PlanState.AGREED), **_ACCOUNT
    )
    left_projects = OnboardingProject.objects.filter(
        owner__is_active=False, state__in=(ProjectState.RUNNING, ProjectState.PAUSED), **_ACCOUNT
    )
    moved = 0
    for task in left_tasks.select_related("account__owner").order_by("pk")[:MOST]:
        moved += _done(tasks.assign, task, task.account.owner if task.account else None, by=SYSTEM, at=at)
    for promise in left_promises.select_related("account__owner").order_by("pk")[:MOST]:
        moved += _done(promises.change, promise, owner=promise.account.owner, by=SYSTEM, at=at)
    for plan in left_plans.select_related("account__owner").order_by("pk")[:MOST]:
        moved += _done(plans.change, plan, owner=plan.account.owner, by=SYSTEM, at=at)
    for project in left_projects.select_related("account__owner").order_by("pk")[:MOST]:
        moved += _done(projects.assign, project, project.account.owner, by=SYSTEM, at=at)
    return moved


def _done(verb: Callable[..., object], *row: object, **told: object) -> int:
    """One that cannot be handed over as it stands is left for a person; the others go on."""
    try:
        verb(*row, **told)
    except (Refused, Conflict):
        log.warning("%s of a colleague who left could not be handed over", row[0], exc_info=True)
        return 0
    return 1
