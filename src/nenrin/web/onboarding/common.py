"""What the pages of this area share: which projects are reached, who may do what, their tabs and choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language

from nenrin.customers.errors import Refused
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import editing, toasts
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest
from nenrin.work.models import OnboardingPolicy, OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding import Standing

VIEW, EDIT, CONFIGURE = Permission.ONBOARDING_VIEW, Permission.ONBOARDING_EDIT, Permission.JOURNEYS_CONFIGURE
PAGES = (
    ("onboarding", Text("List", "一覧")),
    ("onboarding-board", Text("Board", "ボード")),
    ("onboarding-cohorts", Text("Completion", "完了率")),
    ("onboarding-templates", Text("Templates", "テンプレート")),
)
#: Whose turn it is, as it is said in a list.
BALLS: Mapping[str, Text] = {
    "us": Text("Us", "当社"),
    "customer": Text("Customer", "お客様"),
    "both": Text("Both", "双方"),
    "nobody": Text("Nobody", "なし"),
}


def tabs(here: str) -> tuple[Tab, ...]:
    return tuple(Tab(label, reverse(name), name == here) for name, label in PAGES)


def find(request: MemberRequest, key: int, permission: Permission = VIEW) -> OnboardingProject:
    """A project within the viewer's scope; a 404 otherwise."""
    rows = OnboardingProject.objects.for_member(request.user, permission)
    found = rows.select_related("account", "owner", "template_version__template").filter(pk=key).first()
    if found is None:
        raise Http404(f"onboarding project {key}")
    assert isinstance(found, OnboardingProject)
    return found


def find_step(request: MemberRequest, key: int, step: int, permission: Permission = EDIT) -> OnboardingStep:
    """A step of such a project."""
    project = find(request, key, permission)
    row = OnboardingStep.objects.select_related("assignee", "contact").filter(project=project, pk=step).first()
    if row is None:
        raise Http404(f"step {step} of onboarding project {key}")
    row.project = project
    return row


def may_read(request: MemberRequest) -> bool:
    """Free words and names of theirs are for roles that read personal data."""
    return visible(request.user, FieldClass.PERSONAL)


def may_configure(request: MemberRequest) -> bool:
    return allowed(request.user, CONFIGURE) is not None


def meaning(policy: OnboardingPolicy) -> dict[Standing, Text]:
    """How each standing is defined here, with the numbers that were chosen."""
    n, m = policy.stuck_days, policy.overdue_days
    return {
        Standing.ON_TRACK: Text(
            "No step of ours is late, none of theirs is late, and something has moved lately.",
            "当社・お客様とも期限超過がなく、直近に動きがある。",
        ),
        Standing.BEHIND: Text(
            "A step of ours is past its last day, or the project is past its planned end.",
            "当社のステップが期日を過ぎているか、プロジェクト全体が完了予定日を過ぎている。",
        ),
        Standing.STUCK: Text(
            f"Nothing has moved for {n} business days, or a step of theirs is late by {m} business day(s) or more.",
            f"{n}営業日のあいだ何も動いていないか、お客様側のステップが{m}営業日以上遅れている。",
        ),
    }


def day_meaning() -> Text:
    return Text(
        "Calendar days since the start, the first day counted, of those up to the planned end.",
        "開始日を1日目とした経過日数 / 完了予定日までの日数（暦日）。",
    )


def members(*, also: int | None = None) -> list[tuple[str, str]]:
    """Colleagues who can lead, with whoever stands there now."""
    rows = Member.objects.filter(is_active=True) | Member.objects.filter(pk=also or 0)
    nobody = Text("Nobody", "担当なし").in_(get_language() or "ja")
    return [("", nobody), *((str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name"))]


def member(told: str) -> Member | None:
    """The colleague that a form names."""
    return Member.objects.filter(pk=int(told)).first() if told.isascii() and told.isdigit() and len(told) < 19 else None


def say_refused(request: MemberRequest, refused: Refused) -> None:
    """What a deed without a form of its own refuses, on the next page."""
    language = get_language() or "ja"
    toasts.say(request, " ".join(fault.text.in_(language) for fault in refused.faults))


def attempted(form: forms.Form, deed: Any) -> bool:
    """Do it: False where the form now says why not; a conflict is said above it."""
    found = editing.attempt(form, deed)
    if found is True:
        return True
    if found is not False:
        form.add_error(None, CLASH.in_(get_language() or "ja"))
    return False


CLASH = Text(
    "Somebody else changed this meanwhile. Open it again to see what stands; what you typed is kept below.",
    "開いた後に別の人が変更しました。開き直して内容を確認してください。入力内容は下に残っています。",
)
