"""Planning anew what slipped: first shown, then done; what has ended stays where it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nenrin.analytics import schedules
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep
from nenrin.work.onboarding import documents, saving, standings
from nenrin.work.onboarding.documents import Step


@dataclass(frozen=True, slots=True)
class Move:
    """A step whose days would change; `later` is how many calendar days its last day moves."""

    step: OnboardingStep
    starts_on: date
    due_on: date

    @property
    def later(self) -> int:
        return (self.due_on - self.step.due_on).days


@dataclass(frozen=True, slots=True)
class Preview:
    """What planning anew would change; `critical` are the keys that the end waits for."""

    moves: tuple[Move, ...]
    ends_on: date
    later: int  # calendar days by which the end moves
    critical: tuple[str, ...]


def preview(
    project: OnboardingProject,
    steps: Sequence[OnboardingStep],
    today: date,
    *,
    days: Mapping[str, int] | None = None,
) -> Preview:
    """Everything open placed anew from today on, with other durations tried by key; nothing is written.

    Raises Refused for a circle, named.
    """
    try:
        plan = standings.forecast(project, steps, today, dict(days or {}))
    except ValueError as wrong:
        raise Refused([documents.network_fault(wrong, [_plain(step) for step in steps])]) from None
    placed = {one.key: one for one in plan.steps}
    moves = tuple(
        Move(step, placed[step.key].start, placed[step.key].due)
        for step in steps
        if not step.is_settled and (step.starts_on, step.due_on) != (placed[step.key].start, placed[step.key].due)
    )
    return Preview(moves, plan.ends_on, (plan.ends_on - project.due_on).days, plan.critical)


def _plain(step: OnboardingStep) -> Step:
    return Step(step.key, step.title, step.phase, days=step.days, after=tuple(step.after))


def replan(
    project: OnboardingProject,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
    days: Mapping[str, int] | None = None,
) -> Preview:
    """Do what `preview` shows. Safe to repeat. Raises Refused, Conflict. Journal: work.onboarding.replanned."""
    with saving.opened(project, at=at, version=version) as work:
        row = work.project
        found = preview(row, work.steps, work.today, days=days)
        if not found.moves and found.ends_on == row.due_on:
            work.is_changed = False
            return found
        before = row.due_on
        for step in work.steps:
            step.days = (days or {}).get(step.key, step.days)
        for move in found.moves:
            step = work[move.step.pk]
            step.starts_on, step.due_on = move.starts_on, move.due_on
        row.due_on = found.ends_on
        work.record(
            "work.onboarding.replanned", by, before=before, due_on=row.due_on, moved=len(found.moves),
            reason=reason.strip()[:300],
        )  # fmt: skip
    return found


def critical(project: OnboardingProject, steps: Sequence[OnboardingStep], today: date) -> schedules.Plan:
    """The plan as things stand, for the picture: which steps the end waits for."""
    return standings.forecast(project, steps, today)
