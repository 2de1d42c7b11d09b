"""What a risk page was asked: which event, which accounts, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from nenrin.customers.models import Account, TierRule
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.foundation.search import normal
from nenrin.insight.models import Risk
from nenrin.insight.risk import lists
from nenrin.insight.risk.learning import EVENTS
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import ordered, plain, whole

VIEW = Permission.HEALTH_VIEW
SORTS = {
    "account": "account__name",
    "p": "p",
    "expected": "expected",
    "mrr": "minor",
    "health": "account__health__score",
    "renewal": "account__renewal_on",
    "notice": "account__notice_on",
}
BANDS = ("healthy", "caution", "at_risk", "unknown")


@dataclass(frozen=True, slots=True)
class Filters:
    """`least`: per cent within 90 days; `renewal`: days until the next one; blanks are no filter."""

    event: str
    q: str
    tier: str
    owner: str
    band: str
    least: int | None
    renewal: int | None

    @property
    def any(self) -> bool:
        return bool(self.q or self.tier or self.owner or self.band or self.least or self.renewal)


def asked(request: MemberRequest) -> Filters:
    """From the address; what makes no sense is no filter."""
    given = request.GET
    event, band, owner = plain(given.get("event")), plain(given.get("band")), plain(given.get("owner"))
    return Filters(
        event=event if event in EVENTS else EVENTS[0],
        q=plain(given.get("q")),
        tier=plain(given.get("tier")),
        owner=owner if owner == "me" or whole(owner) is not None else "",
        band=band if band in BANDS else "",
        least=whole(given.get("least"), 100),
        renewal=whole(given.get("renewal"), 3660),
    )


def rows(request: MemberRequest, filters: Filters, permission: Permission = VIEW) -> QuerySet[Risk]:
    """Risks of accounts in the viewer's scope; `expected` is the MRR that is expected to move within 90 days."""
    reach = allowed(request.user, permission)
    within = None if reach is Scope.ALL else Account.objects.for_member(request.user, permission)
    found = (
        lists.told(filters.event, within)
        .select_related("account__health", "account__owner", "version")
        .defer("version__document")
        .annotate(expected=F("p") * F("minor"))
    )
    return _filtered(found, filters, request.user, navigation.today(request))


def _filtered(found: QuerySet[Risk], filters: Filters, viewer: Member, today: date) -> QuerySet[Risk]:
    if filters.q:
        found = found.filter(account__search__contains=normal(filters.q))
    if filters.tier:
        found = found.filter(account__tier=filters.tier)
    if filters.owner:
        found = found.filter(account__owner=viewer.pk if filters.owner == "me" else int(filters.owner))
    if filters.band:
        found = found.filter(account__health__band=filters.band)
    if filters.least:
        found = found.filter(p__gte=filters.least / 100)
    if filters.renewal is not None:
        until = date.fromordinal(min(today.toordinal() + filters.renewal, date.max.toordinal()))
        found = found.filter(account__renewal_on__range=(today, until))
    return found


def in_order(found: QuerySet[Risk], sort: str) -> QuerySet[Risk]:
    """By one of SORTS; what is expected is no column of its own."""
    if sort.removeprefix("-") != "expected":
        return ordered(found, sort, SORTS)
    return found.order_by(F("expected").desc() if sort.startswith("-") else F("expected").asc(), "pk")


def accounts(request: MemberRequest, permission: Permission = VIEW) -> list[int] | None:
    """The accounts of a viewer who may not see all of them; None for all."""
    if allowed(request.user, permission) is Scope.ALL:
        return None
    return list(Account.objects.for_member(request.user, permission).values_list("pk", flat=True))


def tiers() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.order_by("position")}
