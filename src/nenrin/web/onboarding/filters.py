"""The filters of the list and the board: read from the address, shown in its form, applied to the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from nenrin.foundation.models import Member
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web.listing import plain
from nenrin.work.models import OnboardingProject
from nenrin.work.models.onboarding import STANDINGS, STATES, State
from nenrin.work.onboarding import templates

MINE, ALL, LIVE = "mine", "all", "live"
NAMES = ("q", "owner", "standing", "state", "template", "phase", "ball")
SORTS: Mapping[str, str] = {
    "account": "account__name", "start": "starts_on", "due": "due_on", "forecast": "forecast_on",
    "standing": "standing", "overdue": "overdue_theirs", "settled": "steps_settled", "moved": "moved_on",
}  # fmt: skip
BALLS = ("us", "customer", "both", "nobody")


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked, each "" where it was not, or made no sense."""

    q: str
    owner: str
    standing: str
    state: str
    template: str
    phase: str
    ball: str

    @property
    def is_empty(self) -> bool:
        return not any((self.q, self.owner, self.standing, self.template, self.phase, self.ball)) and self.state == LIVE


def read(asked: QueryDict) -> Filters:
    told = {name: plain(asked.get(name), 80) for name in NAMES}
    owner = told["owner"]
    told["owner"] = owner if owner == MINE or (owner.isascii() and owner.isdigit() and len(owner) < 19) else ""
    told["standing"] = told["standing"] if told["standing"] in {one.value for one in STANDINGS} else ""
    told["state"] = told["state"] if told["state"] in {ALL, *(one.value for one in STATES)} else LIVE
    told["ball"] = told["ball"] if told["ball"] in BALLS else ""
    return Filters(**told)


def apply(rows: QuerySet[OnboardingProject], filters: Filters, member: Member) -> QuerySet[OnboardingProject]:
    if filters.state == LIVE:
        rows = rows.filter(state__in=(State.RUNNING, State.PAUSED))
    elif filters.state != ALL:
        rows = rows.filter(state=filters.state)
    if filters.q:
        rows = rows.filter(account__search__contains=normal(filters.q))
    if filters.owner:
        rows = rows.filter(owner=member.pk if filters.owner == MINE else int(filters.owner))
    if filters.standing:
        rows = rows.filter(standing=filters.standing, state=State.RUNNING)
    if filters.template:
        rows = rows.filter(template_version__template__key=filters.template)
    if filters.phase:
        rows = rows.filter(phase=filters.phase)
    return rows.filter(ball=filters.ball) if filters.ball else rows


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: two queries."""

    owners: Sequence[tuple[str, str]]
    templates: Sequence[tuple[str, Text]]
    phases: Sequence[tuple[str, Text]]


def choices(member: Member) -> Choices:
    used = templates.all_in_use()
    phases: dict[str, Text] = {}
    for version in used:
        for phase in version.document.get("phases", []):
            name = phase.get("name", phase["key"])
            phases.setdefault(
                phase["key"], Text(name["en"], name["ja"]) if isinstance(name, dict) else Text(name, name)
            )
    leading = Member.objects.filter(is_active=True).exclude(pk=member.pk).order_by("name").values_list("pk", "name")
    return Choices(
        [(str(pk), name) for pk, name in leading],
        [(version.template.key, templates.name(version)) for version in used],
        list(phases.items()),
    )
