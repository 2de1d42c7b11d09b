"""The journey of one account: the bar that its page fetches after itself, and its whole history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import may
from nenrin.web.journeys import common
from nenrin.work.journeys import designs, moving, overlays, placing, standings
from nenrin.work.journeys.documents import Design, StageDesign
from nenrin.work.models import StageStay
from nenrin.work.models.journey import STANDINGS

HIDDEN = "●●●"
ACTORS = {
    "system": Text("Nenrin", "Nenrin"), "source": Text("A source", "外部連携"), "import": Text("An import", "取り込み"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One stage of the bar."""

    stage: StageDesign
    is_past: bool
    is_here: bool


@requires(common.VIEW)
def bar(request: MemberRequest, key: int) -> HttpResponse:
    """A fragment of the account's overview."""
    account = find(request, key, common.VIEW)
    return render(request, "journeys/bar.html", _standing(request, account))


def _standing(request: MemberRequest, account: Account) -> dict[str, Any]:
    versions = designs.in_use()
    version = placing.one(account, versions)
    design = designs.shown(version) if version else None
    stay = StageStay.objects.open().filter(account=account).first()
    today, zone = navigation.today(request), ZoneInfo(request.organisation.zone)
    stage = design.find(account.stage) if design else None
    day = standings.day(stay.since, today, zone) if stay and stay.stage == account.stage and stay.stage else None
    standing = standings.of(day, stage) if day else None
    return {
        "as_of": request.at, "account": account, "design": design, "marks": _marks(design, account.stage),
        "stage": stage, "stay": stay, "day": day, "standing": STANDINGS[standing] if standing else None,
        "band": common.MARKS[standing] if standing else "", "may_move": account.archived_at is None and may(request, common.EDIT, account.pk),
        "meaning": standings.meaning(standing) if standing else None,
        "renewal": overlays.decision_on(account, today) if design else None,
    }  # fmt: skip


def _marks(design: Design | None, stage: str) -> list[Mark]:
    if design is None:
        return []
    place = design.place(stage)
    return [Mark(one, n < place, n == place) for n, one in enumerate(design.stages)]


@requires(common.VIEW)
def history(request: MemberRequest, key: int) -> HttpResponse:
    """Every stage that the account was in, with who moved it, when and why."""
    account = find(request, key, common.VIEW)
    shown = _standing(request, account)
    reads = visible(request.user, FieldClass.PERSONAL)
    found = StageStay.objects.filter(account=account).select_related("by").order_by("-since", "-pk")
    lines = [
        {
            "row": row,
            "name": moving.named(shown["design"], row.stage) if row.stage else Text("No stage", "ステージなし"),
            "reason": row.reason if reads or not row.reason else HIDDEN,
            "who": row.by.name if row.by else ACTORS.get(row.by_kind, Text("—", "—")),
        }
        for row in found
    ]
    stages = [(one.stage, one.name) for one in shown["design"].stages] if shown["design"] else []
    return render(
        request, "journeys/history.html", shown | {"lines": lines, "stages": stages, "back": request.get_full_path()}
    )


urlpatterns = [
    path("accounts/<int:key>/journey", history, name="account-journey"),
    path("accounts/<int:key>/journey/bar", bar, name="account-journey-bar"),
]
