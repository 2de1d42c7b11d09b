"""What carries a suggested step out, as links: the live playbook that watches the same measure, else a ready-made one, and
a task with its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.risk.actions import Suggestion
from nenrin.playbooks import carrying
from nenrin.playbooks.carrying import Carrier
from nenrin.values import Text
from nenrin.web.guard import MemberRequest


@dataclass(frozen=True, slots=True)
class Offer:
    """`is_live`: it can begin for the account; else it is ready-made and is not in use yet. `mails`: what it writes to the
    customer, by their subjects."""

    name: Text
    url: str
    is_live: bool
    mails: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """Of one step: `task` opens it as a task, empty for those who may not."""

    playbooks: tuple[Offer, ...]
    task: str


def of(account: Account, steps: Sequence[tuple[str, Suggestion]], request: MemberRequest) -> list[Offers]:
    """Of each (event, step), in their order: at most one query, none without a step; two more for whoever holds the account in
    another phase than as its first owner."""
    if not steps:
        return []
    sees, opens = (_reaches(request, account, one) for one in (Permission.PLAYBOOKS_VIEW, Permission.TASKS_EDIT))
    live = list(carrying.live()) if sees else []
    edits = sees and allowed(request.user, Permission.PLAYBOOKS_EDIT) is not None
    return [
        Offers(
            tuple(_offer(account, one) for one in carrying.of(event, step.feature, live, with_ready=edits)),
            _task(account, step) if opens else "",
        )
        for event, step in steps
    ]


def _reaches(request: MemberRequest, account: Account, permission: Permission) -> bool:
    """Told from the primary owner without a question where that is enough; else asked."""
    scope, viewer, owner = allowed(request.user, permission), request.user, account.owner
    if scope is None or scope is Scope.ALL:
        return scope is not None
    is_own = owner is not None and owner.pk == viewer.pk
    is_of_team = owner is not None and owner.team_id is not None and owner.team_id == viewer.team_id
    if is_own or (scope is Scope.TEAM and is_of_team):
        return True
    return Account.objects.for_member(viewer, permission).filter(pk=account.pk).exists()


def _offer(account: Account, one: Carrier) -> Offer:
    if not one.is_live:
        return Offer(one.name, reverse("playbook-new"), False, one.mails)
    url = f"{reverse('playbook-why', args=[one.key])}?{urlencode({'account': account.pk})}"
    return Offer(one.name, url, True, one.mails)


def _task(account: Account, step: Suggestion) -> str:
    title = step.step.in_(get_language() or "ja")
    asked: dict[str, str | int] = {"account": account.pk, "title": title, "next": reverse("account", args=[account.pk])}
    return f"{reverse('task-new')}?{urlencode(asked)}"
