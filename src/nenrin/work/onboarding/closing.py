"""Closing an onboarding: only with what success means in the customer's words and a measure of their business."""

from __future__ import annotations

from datetime import datetime

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import plans
from nenrin.work.models.onboarding import OnboardingProject, State
from nenrin.work.models.onboarding_template import Completion
from nenrin.work.onboarding import policies, saving

OPEN_STEPS = Text(
    "steps are still open: finish or waive them ({n})", "未完了のステップがある: 完了または対応不要にする（{n}件）"
)
NO_FIRST_VALUE = Text(
    "the facts do not show the first value yet: say why it closes without it",
    "最初の成功体験がデータで確認できていない: 確認なしで完了する理由を書く",
)


def missing(project: OnboardingProject) -> list[Text]:
    """What must be there before it can close; empty where nothing lacks."""
    found = list(plans.missing_for_close(project.account))
    open_ = project.steps_all - project.steps_settled
    if open_:
        found.append(OPEN_STEPS.fill(n=open_))
    return found


def needs_reason(project: OnboardingProject) -> bool:
    """The chosen definition asks for unaided use, which the facts do not show."""
    return policies.current().completion == Completion.UNAIDED and project.first_value_on is None


def close(
    project: OnboardingProject, *, by: Actor, at: datetime, reason: str = "", version: int | None = None
) -> OnboardingProject:
    """Close it: support passes to daily use. A `reason` is needed where the first value does not show in the facts; it
    does not count as completed then. Safe to repeat. Raises Refused with all that lacks, Conflict.

    Journal: work.onboarding.closed.
    """
    with saving.opened(project, at=at, version=version, may_be_ended=True) as work:
        row = work.project
        if row.state == State.CLOSED:
            work.is_changed = False
            return row
        faults = [Fault("close", text) for text in missing(row)]
        if needs_reason(row) and not reason.strip():
            faults.append(Fault("reason", NO_FIRST_VALUE))
        if faults:
            raise Refused(faults)
        row.state, row.ended_on, row.note = State.CLOSED, work.today, reason.strip()[:2000] or row.note
        days = row.day(work.today)
        work.record("work.onboarding.closed", by, days=days, is_completed=row.completed_on is not None, reason=row.note)
    return project
