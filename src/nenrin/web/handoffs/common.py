"""What the pages of this area share: their tabs, their choices, who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.urls import reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.values import Text
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest

K = TypeVar("K", bound=StrEnum)
VIEW, EDIT = Permission.HANDOFFS_VIEW, Permission.HANDOFFS_EDIT
#: Taking a customer over is for those who lead onboarding, not for whoever sold.
ACCEPT = Permission.ONBOARDING_EDIT
HIDDEN = "●●●"
PAGES = (
    ("handoffs", Text("Handoffs", "引き継ぎ")),
    ("promises", Text("Promises", "約束事")),
    ("handoff-feedback", Text("Feedback to sales", "営業へのフィードバック")),
    ("handoff-deals", Text("What became of deals", "受注後の状況")),
    ("handoff-fit", Text("Fit", "適合度")),
)
NOBODY = Text("Nobody", "担当なし")


def tabs(here: str) -> tuple[Tab, ...]:
    return tuple(Tab(label, reverse(name), name == here) for name, label in PAGES)


def options(words: Mapping[K, Text], *, blank: Text | None = None) -> list[tuple[str, str]]:
    """Choices of a field in the reader's language."""
    language = get_language() or "ja"
    told = [(key.value, word.in_(language)) for key, word in words.items() if key.value]
    return [("", blank.in_(language)), *told] if blank else told


def members(*, also: int | None = None) -> list[tuple[str, str]]:
    """Colleagues who can be given something; with whoever stands there now."""
    rows = Member.objects.filter(is_active=True) | Member.objects.filter(pk=also or 0)
    return [("", NOBODY.in_(get_language() or "ja")), *((str(pk), name) for pk, name in rows.values_list("pk", "name"))]


def member(told: str) -> Member | None:
    """The colleague that a form names."""
    return Member.objects.filter(pk=int(told)).first() if told.isascii() and told.isdigit() else None


def may_read(request: MemberRequest) -> bool:
    """Free words name people: roles without personal data see dots."""
    return visible(request.user, FieldClass.PERSONAL)


def may(request: MemberRequest, permission: Permission, account: int) -> bool:
    """Does the viewer hold it on this account?"""
    scope = allowed(request.user, permission)
    rows = Account.objects.for_member(request.user, permission)
    return scope is Scope.ALL or (scope is not None and rows.filter(pk=account).exists())
