"""What the pages of this area share: the journey in question, its words, its tabs, and who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest
from nenrin.work.journeys import designs, placing
from nenrin.work.journeys.documents import Design
from nenrin.work.models import JourneyVersion
from nenrin.work.models.journey import Standing

VIEW, EDIT, CONFIGURE = Permission.JOURNEYS_VIEW, Permission.JOURNEYS_EDIT, Permission.JOURNEYS_CONFIGURE
#: The mark of each standing beside its word: shape as well as colour.
MARKS = {Standing.ON_TRACK: "good", Standing.BEHIND: "watch", Standing.STUCK: "risk"}
PAGES = (
    ("journey", Text("Board", "ボード")),
    ("journey-table", Text("Table", "表")),
    ("journey-suggestions", Text("Suggestions", "移動の提案")),
    ("journey-stalls", Text("Where accounts stall", "停滞の分析")),
)
CLASH = Text(
    "Somebody else changed this meanwhile. Open it again to see what stands; what you typed is kept below.",
    "開いた後に別の人が変更しました。開き直して内容を確認してください。入力内容は下に残っています。",
)


@dataclass(frozen=True, slots=True)
class Here:
    """The journey that a page is about, among all in use."""

    version: JourneyVersion
    versions: Sequence[JourneyVersion]
    design: Design
    today: date
    zone: ZoneInfo

    @property
    def key(self) -> str:
        return str(self.version.journey.key)

    @property
    def choices(self) -> list[tuple[str, Text]]:
        return [(one.journey.key, designs.name(one)) for one in self.versions]

    def accounts(self, request: MemberRequest, permission: Permission = VIEW) -> QuerySet[Account]:
        """Those on this journey within the member's scope."""
        return placing.on(Account.objects.for_member(request.user, permission), self.version, self.versions)

    def ever(self, request: MemberRequest) -> QuerySet[Account]:
        """These and customers who left, whose history tells how long stages take."""
        return placing.ever(Account.objects.for_member(request.user, VIEW), self.version, self.versions)


def here(request: MemberRequest, asked: str | None = None) -> Here | None:
    """The journey that the address names, else that for everybody else; None where none is in use: one query."""
    versions = designs.in_use()
    key = request.GET.get("journey", "") if asked is None else asked
    found = next((one for one in versions if one.journey.key == key), versions[-1] if versions else None)
    if found is None:
        return None
    zone = ZoneInfo(request.organisation.zone)
    return Here(found, versions, designs.shown(found), navigation.today(request), zone)


def tabs(at: str, key: str = "") -> tuple[Tab, ...]:
    asked = f"?journey={key}" if key else ""
    return tuple(Tab(label, reverse(name) + asked, name == at) for name, label in PAGES)


def may(request: MemberRequest, permission: Permission) -> bool:
    return allowed(request.user, permission) is not None
