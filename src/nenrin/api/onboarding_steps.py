"""REST: one step of a project changed: its words, days, people."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Field, Header, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.onboarding import EDIT, OnboardingStepOut, found_project, found_step, told_step
from nenrin.api.paging import Id, Strict, Word, expected
from nenrin.api.segments import Both
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.work.onboarding import documents, steps

router = Router(tags=["onboarding"])
_WORDS = r"^[^\x00]*$"
#: What null empties; of the others null leaves them as they are.
_BLANKABLE = {"not_before", "begun_on", "minutes", "assignee_id", "contact_id"}


class OnboardingStepChange(Strict):
    """Fields that are left out stay. `days` are business days; dates of other steps stay until the project is planned
    anew. `contact_id`: who does it at the customer. `version`: the step's."""

    title_en: str | None = Field(None, max_length=200, pattern=_WORDS)
    title_ja: str | None = Field(None, max_length=200, pattern=_WORDS)
    note_en: str | None = Field(None, max_length=2000, pattern=_WORDS)
    note_ja: str | None = Field(None, max_length=2000, pattern=_WORDS)
    party: Literal["us", "customer"] | None = None
    days: int | None = Field(None, ge=1, le=documents.MOST_DAYS)
    minutes: int | None = Field(None, ge=0, le=documents.MOST_MINUTES)
    due_on: date | None = None
    not_before: date | None = None
    begun_on: date | None = None
    assignee_id: Id | None = None
    contact_id: Id | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class OnboardingStepNow(OnboardingStepOut):
    note: Both
    minutes: int | None
    not_before: date | None
    begun_on: date | None
    assignee_id: int | None
    contact_id: int | None
    version: int


@router.patch("/{int:project_id}/steps/{key}/fields", response=OnboardingStepNow, summary="Change a step")
@grants(EDIT)
def change_step_fields(
    request: ApiRequest, project_id: Id, key: Word, body: OnboardingStepChange, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent. Safe to repeat; 409 where `version` is not the step's."""
    row = found_step(found_project(request, project_id, EDIT), key)
    told = body.model_dump(exclude_unset=True, exclude={"version"})
    given = {name: value for name, value in told.items() if value is not None or name in _BLANKABLE}
    assignee = given.get("assignee_id")
    if assignee not in (None, row.assignee_id) and not Member.objects.filter(pk=assignee, is_active=True).exists():
        raise Refused.one("assignee_id", Text("an active member", "有効なメンバー"), assignee)
    by, version = Actor.of(request.member), expected(if_match, body.version)
    done = steps.change(row, by=by, at=request.at, version=version, **given)
    done.refresh_from_db()
    plain = ("minutes", "not_before", "begun_on", "assignee_id", "contact_id", "version")
    reads = visible(request.member, FieldClass.PERSONAL)
    note = {"en": done.note_en, "ja": done.note_ja}
    return told_step(done, reads) | {name: getattr(done, name) for name in plain} | {"note": note}
