"""How a project stands on a day: on track, behind or stuck, whose turn it is, and when it would end as things are.

- behind: a step of ours is past its last day, or the project is past its planned end;
- stuck: nothing moved for so many business days, or a step of theirs is late by so many (settings, 5 and 1);
- what waits for others, or is held, is nobody's turn; a concierge step waits for the customer until it is approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from nenrin.analytics import schedules
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.work.models.onboarding import Kind, OnboardingProject, OnboardingStep, Party, Standing, State, StepState
from nenrin.work.models.onboarding_template import Completion, OnboardingPolicy

COLUMNS = (
    *("standing", "standing_since", "standing_on", "phase", "ball", "forecast_on", "steps_all", "steps_settled"),
    *("overdue_ours", "overdue_theirs", "blocked", "support_done_on", "setup_done_on", "completed_on"),
)
_OURS = (Kind.TASK, Kind.TRAINING, Kind.CONCIERGE)


def work_out(
    project: OnboardingProject, steps: Sequence[OnboardingStep], today: date, policy: OnboardingPolicy
) -> Standing:
    """Set every column of COLUMNS on the row (unsaved) from its steps; returns how it stood before."""
    before = Standing(project.standing)
    open_ = [step for step in steps if not step.is_settled]
    late = [step for step in open_ if step.due_on < today]
    project.steps_all, project.steps_settled = len(steps), len(steps) - len(open_)
    project.overdue_theirs = sum(_is_theirs(step) for step in late)
    project.overdue_ours = len(late) - project.overdue_theirs
    project.blocked = sum(step.state == StepState.BLOCKED for step in open_)
    project.phase = open_[0].phase if open_ else steps[-1].phase if steps else ""
    project.ball = _ball(steps)
    project.forecast_on = forecast(project, steps, today).ends_on if steps else project.due_on
    _complete(project, steps, policy)
    project.standing_on = today
    if project.state == State.RUNNING:
        _stand(project, open_, today, policy)
    return before


def _stand(project: OnboardingProject, open_: Sequence[OnboardingStep], today: date, policy: OnboardingPolicy) -> None:
    now = Standing.ON_TRACK
    if project.overdue_ours or (open_ and today > project.due_on):
        now = Standing.BEHIND
    if open_ and (_is_idle(project, today, policy) or _is_overdue(open_, today, policy)):
        now = Standing.STUCK
    if now != project.standing:
        project.standing, project.standing_since = now, today


def _is_idle(project: OnboardingProject, today: date, policy: OnboardingPolicy) -> bool:
    """Nothing has moved for so many business days; before its first day nothing has to."""
    since = max(project.moved_on, project.starts_on)
    return add_business_days(since, policy.stuck_days) <= today


def _is_overdue(open_: Sequence[OnboardingStep], today: date, policy: OnboardingPolicy) -> bool:
    theirs = (step for step in open_ if _is_theirs(step) and step.due_on < today)
    return any(add_business_days(step.due_on, policy.overdue_days) <= today for step in theirs)


def _is_theirs(step: OnboardingStep) -> bool:
    return step.party == Party.CUSTOMER and step.kind != Kind.FIRST_VALUE


def ready(steps: Sequence[OnboardingStep]) -> list[OnboardingStep]:
    """Open steps that wait for no other, in order; held ones are not."""
    settled = {step.key for step in steps if step.is_settled}
    return [step for step in steps if step.state == StepState.OPEN and settled.issuperset(step.after)]


def whose(step: OnboardingStep) -> Party | None:
    """Whose turn a ready step is; None for the first value, which use alone brings."""
    if step.kind == Kind.FIRST_VALUE:
        return None
    if step.kind == Kind.CONCIERGE and step.approved_at is None:
        return Party.CUSTOMER
    return Party(step.party)


def _ball(steps: Sequence[OnboardingStep]) -> str:
    parties = {party for step in ready(steps) if (party := whose(step))}
    if len(parties) > 1:
        return "both"
    return next(iter(parties)).value if parties else "nobody"


def forecast(
    project: OnboardingProject, steps: Sequence[OnboardingStep], today: date, days: dict[str, int] | None = None
) -> schedules.Plan:
    """When every step can be done as things stand; `days` tries other durations."""
    wanted = days or {}
    known = {step.key for step in steps}
    network = [
        schedules.Step(step.key, wanted.get(step.key, step.days), tuple(key for key in step.after if key in known))
        for step in steps
    ]
    standing = schedules.Standing(
        ended={step.key: step.settled_on for step in steps if step.is_settled and step.settled_on},
        begun=_begun(steps, today),
        not_before={step.key: step.not_before for step in steps if step.not_before},
        today=max(today, project.starts_on),
    )
    return schedules.plan(network, schedules.Days(project.starts_on, is_business_day), standing)


def _begun(steps: Sequence[OnboardingStep], today: date) -> dict[str, date]:
    """Steps under way: those of which somebody said so, and those whose turn it is and whose first day has come."""
    settled = {step.key: step.settled_on for step in steps if step.is_settled}
    found = {step.key: step.begun_on for step in steps if step.begun_on and not step.is_settled}
    for step in ready(steps):
        ended = [on for key in step.after if (on := settled[key])]
        first = max(step.starts_on, add_business_days(max(ended), 1)) if ended else step.starts_on
        if step.key not in found and first <= today and not (step.not_before and step.not_before > today):
            found[step.key] = first
    return found


def _complete(project: OnboardingProject, steps: Sequence[OnboardingStep], policy: OnboardingPolicy) -> None:
    """The days on which support and setup were done, and the completion by the chosen definition."""
    work = [step for step in steps if step.kind != Kind.FIRST_VALUE]
    project.support_done_on = _last([step for step in work if step.party == Party.US and step.kind in _OURS])
    project.setup_done_on = _last(work)
    days = {
        Completion.SUPPORT: project.support_done_on,
        Completion.SETUP: project.setup_done_on,
        Completion.UNAIDED: max(project.setup_done_on, project.first_value_on)
        if project.setup_done_on and project.first_value_on
        else None,
    }
    if project.state not in (State.CLOSED, State.CANCELLED):
        project.completed_on = days[Completion(policy.completion)]


def _last(steps: Sequence[OnboardingStep]) -> date | None:
    """The day on which the last of them was settled; None while one is open."""
    if not steps or any(step.settled_on is None for step in steps):
        return None
    return max(step.settled_on for step in steps if step.settled_on)


def tell(project: OnboardingProject, before: Standing, at: datetime) -> None:
    """The journal hears where a project begins to be behind or stuck, and where it is on track again."""
    now = Standing(project.standing)
    if now == before:
        return
    code = "recovered" if now is Standing.ON_TRACK else now.value
    particulars = {
        "name": project.name, "late_ours": project.overdue_ours, "late_theirs": project.overdue_theirs,
        "before": before.value,
    }  # fmt: skip
    journal.record(
        f"work.onboarding.{code}", actor=SYSTEM, at=at, account=project.account_id,
        subject=("onboarding", project.pk), particulars=particulars,
    )  # fmt: skip
