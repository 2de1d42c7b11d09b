"""The filters of the board and its table: read from the address, shown in a form, applied to the accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from nenrin.foundation.models import Member
from nenrin.foundation.search import normal
from nenrin.web.listing import plain
from nenrin.work.journeys import overlays
from nenrin.work.models.journey import STANDINGS

MINE, NONE = "mine", "none"
NAMES = ("q", "owner", "standing", "stage", "signal", "overlay")
#: What the criteria say, as the checks found it last.
SIGNALS = {"ready": {"stay__is_ready": True}, "unfit": {"stay__is_entitled": False}}
SORTS: Mapping[str, str] = {
    "account": "name", "stage": "stage", "since": "since", "health": "health__score", "owner": "owner__name",
    "renewal": "renewal_on", "arr": "mrr_minor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked, each "" where it was not, or made no sense."""

    q: str
    owner: str
    standing: str
    stage: str
    signal: str
    overlay: str

    @property
    def is_empty(self) -> bool:
        return not self.told

    @property
    def told(self) -> dict[str, str]:
        return {name: value for name in NAMES if (value := getattr(self, name))}


def read(asked: QueryDict, stages: tuple[str, ...]) -> Filters:
    told = {name: plain(asked.get(name), 80) for name in NAMES}
    owner = told["owner"]
    told["owner"] = owner if owner == MINE or (owner.isascii() and owner.isdigit() and len(owner) < 19) else ""
    told["standing"] = told["standing"] if told["standing"] in {one.value for one in STANDINGS} else ""
    told["stage"] = told["stage"] if told["stage"] in (*stages, NONE) else ""
    told["signal"] = told["signal"] if told["signal"] in SIGNALS else ""
    told["overlay"] = told["overlay"] if told["overlay"] in overlays.NAMES else ""
    return Filters(**told)


def apply(rows: QuerySet[Any], filters: Filters, member: Member, today: date) -> QuerySet[Any]:  # Any: annotated
    """To accounts with `stay` and `standing`."""
    if filters.q:
        rows = rows.filter(search__contains=normal(filters.q))
    if filters.owner:
        rows = rows.filter(owner=member.pk if filters.owner == MINE else int(filters.owner))
    if filters.standing:
        rows = rows.filter(standing=filters.standing)
    if filters.stage:
        rows = rows.filter(stage="" if filters.stage == NONE else filters.stage)
    if filters.signal:
        rows = rows.filter(**SIGNALS[filters.signal])
    return overlays.narrowed(rows, filters.overlay, today)


def owners(member: Member) -> list[tuple[str, str]]:
    rows = Member.objects.filter(is_active=True).exclude(pk=member.pk).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]
