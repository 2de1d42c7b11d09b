"""What every verb does around its own change: the rows locked, the project worked out anew, versions raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep
from nenrin.work.onboarding import facts, policies, standings

ENDED = Text("the project is closed or cancelled: reopen it first", "完了・中止済みのプロジェクト。先に再開する")


@dataclass
class Work:
    """A project and its steps, locked; what a verb changes on them is written when its block ends."""

    project: OnboardingProject
    steps: list[OnboardingStep]
    at: datetime
    today: date
    is_changed: bool = True

    def __getitem__(self, key: int) -> OnboardingStep:
        return next(step for step in self.steps if step.pk == key)

    def record(self, code: str, by: Actor, step: OnboardingStep | None = None, **told: Any) -> None:
        """One entry about the project, or about one of its steps."""
        personal = {name: value for name, value in told.items() if name in PERSONAL and value}
        particulars: dict[str, Any] = {name: value for name, value in told.items() if name not in PERSONAL}
        subjects = [("onboarding", self.project.pk)]
        if step is not None:
            subjects.append(("onboarding_step", step.pk))
            particulars |= {"step_en": step.title_en, "step_ja": step.title_ja, "step": step.key}
        if step is None:
            particulars["fact"] = facts.project(self.project)
        elif code.endswith((".done", ".reopened")) and step.spent_minutes:
            particulars["fact"] = facts.effort(step)
        particulars |= {"name": self.project.name}
        journal.record_many([
            journal.Draft(code, by, self.at, self.project.account_id, subjects, particulars, personal)
        ])  # fmt: skip


#: Free words of people; the journal keeps them in its erasable part.
PERSONAL = frozenset({"reason", "outcome", "body", "note", "contact"})


@contextmanager
def opened(
    project: OnboardingProject, *, at: datetime, version: int | None = None, may_be_ended: bool = False
) -> Iterator[Work]:
    """The project locked, in one transaction; saved, with how it stands, at the end. Raises Conflict, Refused."""
    with transaction.atomic():
        row = OnboardingProject.objects.select_for_update().get(pk=project.pk)
        if version is not None and version != row.version:
            raise conflict("the onboarding project", version, row.version)
        if not row.is_live and not may_be_ended:
            raise Refused.one("state", ENDED, row.state)
        steps = list(row.steps.select_for_update().order_by("position"))
        work = Work(row, steps, at, organisation.today(at))
        before = {step.pk: _held(step) for step in steps}
        yield work
        _save(work, before)
    project.__dict__.update({k: v for k, v in row.__dict__.items() if k not in ("_state", "_prefetched_objects_cache")})


def _held(step: OnboardingStep) -> Mapping[str, Any]:
    return {name: value for name, value in step.__dict__.items() if name != "_state"}


def _save(work: Work, before: Mapping[int, Mapping[str, Any]]) -> None:
    if not work.is_changed:
        return
    for step in work.steps:
        if _held(step) != before[step.pk]:
            step.version += 1
            step.save()
    work.project.moved_on = max(work.project.moved_on, work.today)
    save(work.project, work.steps, work.at, work.today)


def save(project: OnboardingProject, steps: Sequence[OnboardingStep], at: datetime, today: date) -> None:
    """Work out how it stands, tell the journal of a change, and write the row."""
    had = project.completed_on
    stood = standings.work_out(project, steps, today, policies.current())
    if project.is_live:
        standings.tell(project, stood, at)
    if project.completed_on and not had:
        _told_completed(project, at)
    project.version, project.changed_at = project.version + 1, at
    project.save()


def _told_completed(project: OnboardingProject, at: datetime) -> None:
    days = (project.completed_on - project.starts_on).days + 1 if project.completed_on else 0
    journal.record(
        "work.onboarding.completed", actor=SYSTEM, at=at, account=project.account_id,
        subject=("onboarding", project.pk),
        particulars={"name": project.name, "days": days, "fact": facts.project(project)},
    )  # fmt: skip


def conflict(subject: str, asked: int, stands: int) -> Conflict:
    return Conflict(subject, asked=asked, stands=stands, mine={}, theirs={})
