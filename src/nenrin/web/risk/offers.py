"""What carries a suggested step out: the live playbook that watches the same measure, else a ready-made one, or a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language

from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.analytics.kpis import MEASURES
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.risk.actions import Suggestion
from nenrin.playbooks import library
from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text
from nenrin.web.guard import MemberRequest

_USE: Final = (
    "days_since_activity", "events_28d", "weekly_active_users", "active_user_share", "logins_per_seat_week",
    "feature_breadth", "feature_depth", "usage_trend", LEVEL, USUAL, "health_score", "health_change",
)  # fmt: skip
#: Event -> measure -> the ready-made playbook for it.
READY: Final[Mapping[str, Mapping[str, str]]] = {
    "churn": dict.fromkeys(_USE, "low-usage") | {"nps": "detractor"},
    "contraction": dict.fromkeys(_USE, "low-usage"),
    "expansion": dict.fromkeys(("active_user_share", "weekly_active_users"), "usage-near-limit"),
}
ABOVE, BELOW = frozenset({">", ">="}), frozenset({"<", "<="})
MOST: Final = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """`is_live`: it can begin for the account; else it is ready-made and is not in use yet."""

    name: Text
    url: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """Of one step: `task` opens it as a task, empty for those who may not."""

    playbooks: tuple[Offer, ...]
    task: str


def of(account: Account, steps: Sequence[tuple[str, Suggestion]], request: MemberRequest) -> list[Offers]:
    """Of each (event, step), in their order: at most one query, none without a step."""
    if not steps:
        return []
    sees, opens = (_reaches(request, account, one) for one in (Permission.PLAYBOOKS_VIEW, Permission.TASKS_EDIT))
    live = list(_live()) if sees else []
    edits = sees and allowed(request.user, Permission.PLAYBOOKS_EDIT) is not None
    return [
        Offers(
            tuple(_begun(account, event, step, live) or (_ready(event, step) if edits else [])),
            _task(account, step) if opens else "",
        )
        for event, step in steps
    ]


def _live() -> QuerySet[PlaybookVersion]:
    rows = PlaybookVersion.objects.filter(state="live", playbook__archived_at__isnull=True)
    return rows.select_related("playbook").order_by("playbook__key")


def _reaches(request: MemberRequest, account: Account, permission: Permission) -> bool:
    """Told from the primary owner alone, without a question: whoever reaches it by another phase is offered less."""
    scope, viewer, owner = allowed(request.user, permission), request.user, account.owner
    if scope is None or scope is Scope.ALL:
        return scope is not None
    is_own = owner is not None and owner.pk == viewer.pk
    is_of_team = owner is not None and owner.team_id is not None and owner.team_id == viewer.team_id
    return is_own or (scope is Scope.TEAM and is_of_team)


def _begun(account: Account, event: str, step: Suggestion, live: Sequence[PlaybookVersion]) -> list[Offer]:
    found = [row for row in live if serves(row.playbook.key, row.document, event, step.feature)]
    return [
        Offer(
            Text(row.name_en, row.name_ja),
            f"{reverse('playbook-why', args=[row.playbook.key])}?{urlencode({'account': account.pk})}", True,
        )
        for row in found[:MOST]
    ]  # fmt: skip


def _ready(event: str, step: Suggestion) -> list[Offer]:
    key = READY.get(event, {}).get(step.feature)
    if key is None:
        return []
    name = library.documents()[key]["name"]
    return [Offer(Text(name["en"], name["ja"]), reverse("playbook-new"), False)]


def _task(account: Account, step: Suggestion) -> str:
    title = step.step.in_(get_language() or "ja")
    asked: dict[str, str | int] = {"account": account.pk, "title": title, "next": reverse("account", args=[account.pk])}
    return f"{reverse('task-new')}?{urlencode(asked)}"


def serves(key: str, document: Mapping[str, Any], event: str, feature: str) -> bool:
    """Was it begun from the ready-made playbook for this measure, or does one of its triggers watch the measure, on the
    side on which the event comes?

    >>> rescue = {"when": [{"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}]}
    >>> serves("own", rescue, "churn", "usage_trend"), serves("own", rescue, "expansion", "usage_trend")
    (True, False)
    >>> serves("own", {"when": [{"measure": "days_overdue", "op": ">=", "value": 30}]}, "churn", "days_overdue")
    True
    >>> serves("low-usage-2", {}, "churn", "feature_depth")
    True
    """
    ready = READY.get(event, {}).get(feature)
    if ready is not None and (key == ready or key.removeprefix(f"{ready}-").isdigit()):
        return True
    more_is_worse = feature in MEASURES and MEASURES[feature].direction == "lower"
    sides = ABOVE if event == "expansion" or more_is_worse else BELOW
    return any(name == feature and op in sides for name, op in _watched(document.get("when") or ()))


def _watched(some: Any) -> Iterator[tuple[str, str]]:
    """(measure or field, comparison) of triggers and the conditions in them."""
    if isinstance(some, Mapping):
        name = some.get("measure") or some.get("field")
        if isinstance(name, str):
            yield name, str(some.get("op", ""))
        for inner in some.values():
            yield from _watched(inner)
    elif isinstance(some, Sequence) and not isinstance(some, str):
        for each in some:
            yield from _watched(each)
