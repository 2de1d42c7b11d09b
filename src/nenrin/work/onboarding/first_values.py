"""The first value, noticed in the facts: nobody has to tick it, and no one can tick it for the customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.work.models.onboarding import Kind, OnboardingProject, State, StepState
from nenrin.work.onboarding import criteria, saving


def notice(at: datetime, projects: Sequence[OnboardingProject] | None = None) -> int:
    """Look at every running project that has not reached it (or at these); returns how many have now.

    Safe to repeat. Journal: work.onboarding.first_value, and work.onboarding.completed where that completes it.
    """
    waiting = OnboardingProject.objects.filter(state=State.RUNNING, first_value_on__isnull=True)
    rows = list(waiting.order_by("pk")) if projects is None else list(projects)
    found = criteria.reached(rows, organisation.today(at))
    for project in rows:
        if project.pk in found:
            put(project, found[project.pk], by=SYSTEM, at=at)
    return len(found)


def put(project: OnboardingProject, on: date, *, by: Actor, at: datetime) -> OnboardingProject:
    """It was reached on a day; its step is settled by that. Safe to repeat. Journal: work.onboarding.first_value."""
    with saving.opened(project, at=at) as work:
        row = work.project
        if row.first_value_on is not None:
            work.is_changed = False
            return row
        row.first_value_on = on
        for step in work.steps:
            if step.kind == Kind.FIRST_VALUE and not step.is_settled:
                step.state, step.settled_on, step.settled_by = StepState.DONE, on, "facts"
        work.record("work.onboarding.first_value", by, on=on, days=row.day(on))
    return project
