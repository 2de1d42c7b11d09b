"""Steps of a project: done, waived, held, approved, changed, by us or, through the portal, by the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work.models.onboarding import (
    Kind,
    OnboardingAttendance,
    OnboardingProject,
    OnboardingStep,
    Party,
    StepState,
)
from nenrin.work.onboarding import documents, policies, saving
from nenrin.work.onboarding.saving import Work

Side = Literal["us", "customer", "facts"]
MOST_MINUTES = 24 * 60
MOST_COST = 10**13
#: What `change` may set on a step of a running project.
CHANGEABLE = frozenset({
    *("title_en", "title_ja", "note_en", "note_ja", "days", "minutes", "not_before", "due_on"),
    *("assignee_id", "contact_id", "party", "begun_on", "spent_minutes", "cost_minor"),
})  # fmt: skip
_NOT_APPROVED = Text(
    "the customer has not agreed yet: ask for the approval, or write down that it was given",
    "お客様の承認がまだない。承認を依頼するか、受けた承認を記録する",
)


def finish(
    step: OnboardingStep,
    *,
    by: Actor,
    at: datetime,
    side: Side = "us",
    on: date | None = None,
    outcome: str = "",
    spent_minutes: int | None = None,
    cost_minor: int | None = None,
) -> OnboardingStep:
    """Done. Safe to repeat. Raises Refused (a concierge step without approval, a day to come, a project that ended).

    Journal: work.onboarding_step.done, or .approved where the step is the customer's approval.
    """
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.state == StepState.DONE:
            work.is_changed = False
            return row
        day = on or work.today
        _check(row, day, work.today, spent_minutes, cost_minor, outcome)
        row.state, row.settled_on, row.settled_by, row.outcome = StepState.DONE, day, side, outcome.strip()
        row.reason = ""
        if row.kind == Kind.APPROVAL:
            row.approved_at = at
        _spend(row, spent_minutes, cost_minor)
        code = "approved" if row.kind == Kind.APPROVAL else "done"
        work.record(f"work.onboarding_step.{code}", by, row, side=side, outcome=row.outcome)
    return row


def _check(row: OnboardingStep, day: date, today: date, minutes: int | None, cost: int | None, outcome: str) -> None:
    faults = []
    if row.kind == Kind.CONCIERGE and row.approved_at is None:
        faults.append(Fault("approved", _NOT_APPROVED))
    if day > today or day.year < 2000:
        faults.append(Fault("on", Text("a day that has come", "今日までの日付"), day))
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        faults.append(Fault("spent_minutes", Text("minutes of one day at most", "1日以内の分数"), minutes))
    if cost is not None and not 0 <= cost <= MOST_COST:
        faults.append(Fault("cost_minor", Text("an amount of money from 0", "0以上の金額"), cost))
    if len(outcome) > 500:
        faults.append(Fault("outcome", Text("at most 500 characters", "500文字以内"), len(outcome)))
    if faults:
        raise Refused(faults)


def _spend(row: OnboardingStep, minutes: int | None, cost: int | None) -> None:
    """Minutes as told, else as planned; a concierge step's cost as told, else by the hour where that is known."""
    row.spent_minutes = minutes if minutes is not None else row.minutes
    if row.kind != Kind.CONCIERGE:
        return
    hour = policies.current().hour_minor
    worked = round(hour * (row.spent_minutes or 0) / 60) if hour is not None and row.spent_minutes else None
    row.cost_minor = cost if cost is not None else worked


def finish_many(
    project: OnboardingProject, days: Mapping[str, date], *, by: Actor, at: datetime, side: Side = "us"
) -> int:
    """Several steps of one project done, each on its day, by key; returns how many. For what was kept elsewhere so far.

    Safe to repeat. Raises Refused for a day to come; a concierge step counts as approved. Journal: as `finish`.
    """
    with saving.opened(project, at=at) as work:
        wanted = [row for row in work.steps if row.key in days and not row.is_settled]
        work.is_changed = bool(wanted)
        for row in wanted:
            row.approved_at = at if row.kind in (Kind.CONCIERGE, Kind.APPROVAL) else None
            _check(row, days[row.key], work.today, None, None, "")
            row.state, row.settled_on, row.settled_by = StepState.DONE, days[row.key], _party(row, side)
            _spend(row, None, None)
            work.record("work.onboarding_step.done", by, row, side=row.settled_by, outcome="")
    return len(wanted)


def _party(row: OnboardingStep, side: Side) -> str:
    return "customer" if row.party == Party.CUSTOMER else side


def reopen(step: OnboardingStep, *, by: Actor, at: datetime, reason: str = "") -> OnboardingStep:
    """Open again: it was not done after all, or is no longer held or waived. Safe to repeat.

    Journal: work.onboarding_step.reopened.
    """
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.state == StepState.OPEN:
            work.is_changed = False
            return row
        row.state, row.settled_on, row.settled_by, row.reason = StepState.OPEN, None, "", ""
        if row.kind == Kind.APPROVAL:
            row.approved_at = None
        work.record("work.onboarding_step.reopened", by, row, reason=reason.strip())
    return row


def waive(step: OnboardingStep, reason: str, *, by: Actor, at: datetime) -> OnboardingStep:
    """Nobody needs it here; a reason is needed. Safe to repeat. Raises Refused. Journal: work.onboarding_step.waived."""
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.state == StepState.WAIVED and row.reason == _reason(reason):
            work.is_changed = False
            return row
        row.state, row.settled_on, row.settled_by = StepState.WAIVED, work.today, "us"
        row.reason = _reason(reason)
        work.record("work.onboarding_step.waived", by, row, reason=row.reason)
    return row


def block(step: OnboardingStep, reason: str, *, by: Actor, at: datetime) -> OnboardingStep:
    """It cannot go on, and why. Safe to repeat. Raises Refused. Journal: work.onboarding_step.blocked."""
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.state == StepState.BLOCKED and row.reason == _reason(reason):
            work.is_changed = False
            return row
        if row.is_settled:
            raise Refused.one("state", Text("done or waived already", "完了または対応不要のステップ"), row.state)
        row.state, row.reason = StepState.BLOCKED, _reason(reason)
        work.record("work.onboarding_step.blocked", by, row, reason=row.reason)
    return row


def _reason(words: str) -> str:
    reason = words.strip()
    if not 0 < len(reason) <= 300:
        raise Refused.one("reason", Text("a reason of 1 to 300 characters", "理由を1〜300文字で"), len(reason))
    return reason


def approve(
    step: OnboardingStep, *, by: Actor, at: datetime, side: Side = "customer", outcome: str = ""
) -> OnboardingStep:
    """The customer agrees: a step that is an approval is done by it, a concierge step may be done from now on.

    Safe to repeat. Raises Refused for other steps. Journal: work.onboarding_step.approved.
    """
    if step.kind == Kind.APPROVAL:
        return finish(step, by=by, at=at, side=side, outcome=outcome)
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.kind != Kind.CONCIERGE:
            raise Refused.one("kind", Text("needs no approval", "承認の対象ではない"), row.kind)
        if row.approved_at is not None:
            work.is_changed = False
            return row
        row.approved_at = at
        work.record("work.onboarding_step.approved", by, row, side=side, outcome=outcome.strip()[:500])
    return row


def unapprove(step: OnboardingStep, *, by: Actor, at: datetime, side: Side = "customer") -> OnboardingStep:
    """The customer did not agree after all: a concierge step waits for the approval again. Safe to repeat.

    Raises Refused for other steps, and for one that is done: open it again first. Journal:
    work.onboarding_step.unapproved.
    """
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.kind != Kind.CONCIERGE:
            raise Refused.one("kind", Text("needs no approval", "承認の対象ではない"), row.kind)
        if row.approved_at is None:
            work.is_changed = False
            return row
        if row.is_settled:
            raise Refused.one(
                "state", Text("has been done: open it again first", "完了済み。先に未完了に戻す"), row.state
            )
        row.approved_at = None
        work.record("work.onboarding_step.unapproved", by, row, side=side)
    return row


def change(
    step: OnboardingStep, *, by: Actor, at: datetime, version: int | None = None, **fields: Any
) -> OnboardingStep:
    """Change words, days, people or dates of one step. Safe to repeat. Raises Refused, Conflict.

    Dates of the others stay until the project is planned anew. Journal: work.onboarding_step.changed.
    """
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"a step has no {', '.join(sorted(unknown))} to change")
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if version is not None and version != row.version:
            raise saving.conflict("the step", version, row.version)
        changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
        if not changed:
            work.is_changed = False
            return row
        _check_change(work, changed)
        for name, value in changed.items():
            setattr(row, name, value)
        work.record("work.onboarding_step.changed", by, row, fields=sorted(changed))
    return row


def _check_change(work: Work, changed: dict[str, Any]) -> None:
    faults = []
    days = changed.get("days", 1)
    if not 1 <= days <= documents.MOST_DAYS:
        faults.append(
            Fault("days", Text(f"1 to {documents.MOST_DAYS} business days", f"1〜{documents.MOST_DAYS}営業日"), days)
        )
    for name in ("title_en", "title_ja"):
        if name in changed and not 0 < len(changed[name].strip()) <= 200:
            faults.append(Fault(name, Text("from 1 to 200 characters", "1〜200文字")))
    if "due_on" in changed and changed["due_on"] < work.project.starts_on:
        faults.append(Fault("due_on", Text("not before the project begins", "開始日以降の日付"), changed["due_on"]))
    if changed.get("begun_on") and changed["begun_on"] > work.today:
        faults.append(Fault("begun_on", Text("a day that has come", "今日までの日付"), changed["begun_on"]))
    if changed.get("party", Party.US) not in set(Party):
        faults.append(Fault("party", Text("us or customer", "us または customer"), changed["party"]))
    contact = changed.get("contact_id")
    if contact and not Contact.objects.filter(pk=contact, account=work.project.account_id).exists():
        faults.append(Fault("contact", Text("a contact of this account", "この顧客の担当者"), contact))
    if faults:
        raise Refused(faults)


def attend(
    step: OnboardingStep,
    present: Sequence[tuple[Contact | str, bool]],
    *,
    by: Actor,
    at: datetime,
) -> int:
    """Put down who was invited to a training and came, in place of what stood. Returns how many came.

    Safe to repeat. Raises Refused for other steps. Journal: work.onboarding_step.attended.
    """
    with saving.opened(step.project, at=at) as work:
        row = work[step.pk]
        if row.kind != Kind.TRAINING:
            raise Refused.one("kind", Text("not a training", "トレーニングではない"), row.kind)
        row.attendances.all().delete()
        OnboardingAttendance.objects.bulk_create(_seat(row, who, came) for who, came in present)
        came = sum(came for _, came in present)
        work.record("work.onboarding_step.attended", by, row, came=came, invited=len(present))
    return came


def _seat(row: OnboardingStep, who: Contact | str, came: bool) -> OnboardingAttendance:
    if isinstance(who, Contact):
        if who.account_id != row.project.account_id:
            raise Refused.one("contact", Text("a contact of this account", "この顧客の担当者"), who.pk)
        return OnboardingAttendance(step=row, contact=who, is_present=came)
    return OnboardingAttendance(step=row, name=who.strip()[:120], is_present=came)
