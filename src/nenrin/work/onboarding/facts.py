"""What the lake is told of onboarding: each project as it stands, and the minutes that its steps took us."""

from __future__ import annotations

from typing import Any

from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep


def project(row: OnboardingProject) -> dict[str, Any]:
    """Kind `onboarding`, by the project's number: from when, until when it was planned, what was reached and how it ended."""
    body = {
        "template": row.template_version.template.key, "state": row.state, "starts_on": row.starts_on,
        "due_on": row.due_on, "first_due_on": row.first_due_on, "first_value_on": row.first_value_on,
        "completed_on": row.completed_on, "ended_on": row.ended_on, "end_reason": row.end_reason,
    }  # fmt: skip
    return {"kind": "onboarding", "key": str(row.pk), "body": body}


def effort(row: OnboardingStep) -> dict[str, Any]:
    """The minutes of a settled step of ours as hours of the account's month (category cs); gone where it is open again."""
    fact: dict[str, Any] = {"kind": "effort", "key": f"onboarding-step-{row.pk}", "body": {}}
    if not row.spent_minutes or row.settled_on is None:
        return {**fact, "gone": True}
    body = {"month": row.settled_on.replace(day=1), "category": "cs", "minutes": row.spent_minutes}
    return {**fact, "body": body}
