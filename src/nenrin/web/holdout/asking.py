"""Who is in the universal group, of the accounts that the viewer may see, and what was asked of the lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import holdouts
from nenrin.playbooks.models import Run, UniversalExclusion, UniversalExposure
from nenrin.values import Text
from nenrin.web import listing
from nenrin.web.guard import MemberRequest

VIEW, CHANGE = Permission.PLAYBOOKS_VIEW, Permission.PLAYBOOKS_PUBLISH
STATES = {
    "left_alone": Text("Left alone", "未実施"),
    "helped": Text("Helped all the same", "対象外（対応する）"),
}
MET = {"yes": Text("Had an occasion", "機会あり"), "no": Text("No occasion yet", "機会なし")}
ARMS = {
    "holdout": Text("Left alone", "未実施"),
    "treated": Text("Treated", "実施"),
    "always": Text("Never left alone", "対象外（対応する）"),
}
SORTS = {"account": "name", "tier": "tier", "owner": "owner__name", "band": "health__band"}
LOG_SORTS = {"account": "account__name", "at": "at", "arm": "arm", "playbook": "playbook__key"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters in the address; what makes no sense is left out."""

    q: str
    state: str
    met: str
    sort: str


@dataclass(frozen=True, slots=True)
class Line:
    """An account of the group. `why`: why it is helped all the same; `held`: occasions on which it was left alone."""

    account: Account
    why: UniversalExclusion | None
    first: datetime | None
    held: int

    @property
    def state(self) -> Text:
        return STATES["helped" if self.why else "left_alone"]


def visible(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[Account]:
    """The customers that playbooks could meet, of those the viewer may see."""
    rows = Account.objects.for_member(request.user, VIEW).filter(archived_at__isnull=True, status=Status.CUSTOMER)
    if permission is VIEW:
        return rows
    return rows.filter(pk__in=Account.objects.for_member(request.user, permission).values("pk"))


def standing(request: MemberRequest) -> tuple[dict[int, int | None], list[int]]:
    """Present customers (those of `visible`) with their parents, and everybody whose contracts say how many leave: also
    those who have left since."""
    rows = Account.objects.for_member(request.user, VIEW).filter(archived_at__isnull=True)
    told = list(rows.values_list("pk", "parent_id", "status"))
    return {pk: parent for pk, parent, status in told if status == Status.CUSTOMER}, [pk for pk, _, _ in told]


def exposures(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[UniversalExposure]:
    rows = UniversalExposure.objects.filter(account__in=Account.objects.for_member(request.user, VIEW).values("pk"))
    if permission is VIEW:
        return rows
    return rows.filter(account__in=Account.objects.for_member(request.user, permission).values("pk"))


def asked(request: MemberRequest) -> Asked:
    state, met = request.GET.get("state", ""), request.GET.get("met", "")
    return Asked(
        listing.plain(request.GET.get("q")),
        state if state in STATES else "",
        met if met in MET else "",
        listing.chosen_sort(request, SORTS, "account"),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The accounts of the group that fit the filters, in their order, and those of the group that are helped all the same."""

    rows: QuerySet[Account]
    helped: dict[int, UniversalExclusion]
    share: float


def group(request: MemberRequest, question: Asked, permission: Permission = VIEW) -> Group:
    rows = visible(request, permission)
    share = holdouts.share()
    inside = holdouts.members(dict(rows.values_list("pk", "parent_id")), share)
    helped = holdouts.helped(holdouts.exclusions(), sorted(inside), request.at)
    if question.state:
        inside = inside & helped.keys() if question.state == "helped" else inside - helped.keys()
    rows = rows.filter(pk__in=bulk.among(sorted(inside))).select_related("owner", "health")
    if question.met:
        met = UniversalExposure.objects.values("account")
        rows = rows.filter(pk__in=met) if question.met == "yes" else rows.exclude(pk__in=met)
    if question.q:
        rows = rows.filter(Q(name__icontains=question.q) | Q(kana__icontains=question.q))
    return Group(listing.ordered(rows, question.sort, SORTS), helped, share)


def lines(accounts: list[Account], helped: dict[int, UniversalExclusion]) -> list[Line]:
    """What the list says of these accounts."""
    keys = [one.pk for one in accounts]
    first = dict(UniversalExposure.objects.filter(account__in=keys).values_list("account", "at"))
    runs = Run.objects.filter(account__in=keys, state="held_out", reason="universal").order_by()
    held = dict(runs.values_list("account").annotate(Count("pk")))
    return [Line(one, helped.get(one.pk), first.get(one.pk), held.get(one.pk, 0)) for one in accounts]


def log(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[UniversalExposure]:
    """Everybody's first occasion since there is a group, as the address filters it."""
    rows = exposures(request, permission).select_related("account", "playbook")
    if (arm := request.GET.get("arm", "")) in ARMS:
        rows = rows.filter(arm=arm)
    if q := listing.plain(request.GET.get("q")):
        rows = rows.filter(account__name__icontains=q)
    return listing.ordered(rows, listing.chosen_sort(request, LOG_SORTS, "-at"), LOG_SORTS)
