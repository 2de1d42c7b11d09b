"""Which renewals a page or file shows, and in which order: the database filters, columns add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import F, Q, QuerySet

from nenrin.analytics.revenue.periods import month_start
from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation.permissions import Permission
from nenrin.foundation.search import normal
from nenrin.insight.models import SegmentMembership
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain, whole
from nenrin.work import renewal_lines, renewal_pipeline
from nenrin.work.models import RenewalSnapshotLine
from nenrin.work.models.renewal import CALLS
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_pipeline import Pipeline

FILTERS: Final = ("q", "months", "month", "owner", "segment", "touch", "call", "state", "apart")
#: Those that speak of the account and not of what is said of it.
OF_ACCOUNT: Final = ("q", "owner", "segment", "touch")
MONTHS: Final = (("3", Text("3 months", "3か月")), ("6", Text("6 months", "6か月")), ("12", Text("12 months", "12か月")),
                 ("24", Text("24 months", "24か月")))  # fmt: skip
DEFAULT_MONTHS: Final = "6"
UNCALLED: Final = "none"
NOT_CALLED: Final = Text("Not called yet", "未入力")
CHOICES: Final = ((UNCALLED, NOT_CALLED), *((call.value, word) for call, word in CALLS.items()))
STATES: Final = {
    "renews": Text("Renews by itself", "自動更新"), "ends": Text("Ends unless renewed", "更新手続きが必要"),
    "noticed": Text("Under notice", "解約予告中"),
}  # fmt: skip
DEFAULT_SORT: Final = "apart"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("account__name",), "decision": ("decision",), "ends": ("ends_on",), "mrr": ("currency", "mrr_minor"),
    "health": ("account__health__score",), "owner": ("account__owner__name",),
}  # fmt: skip
SORTS: Final = (*COLUMNS, "model", "call")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `table`: every term that the filters leave, in its order."""

    filters: dict[str, str]
    sort: str
    today: date
    until: date
    table: Pipeline

    @property
    def has_filters(self) -> bool:
        return any(value for name, value in self.filters.items() if name != "months")

    @property
    def is_of_accounts(self) -> bool:
        """May what a snapshot said be held against it: is nothing asked that only today tells?"""
        return not any(value for name, value in self.filters.items() if name not in (*OF_ACCOUNT, "months", "month"))


def asked(request: MemberRequest, today: date, permission: Permission = Permission.RENEWALS_VIEW) -> Asked:
    """One query."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    if filters["months"] not in dict(MONTHS):
        filters["months"] = DEFAULT_MONTHS
    sort = request.GET.get("sort", DEFAULT_SORT)
    sort = sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT
    until = today + timedelta(days=round(int(filters["months"]) * renewal_lines.MONTH))
    mine = Subscription.objects.for_member(request.user, permission).filter(of_accounts(filters))
    rows = renewal_pipeline.ahead(mine, today, until).filter(
        _state(filters["state"]), _month(filters["month"], "decision")
    )
    table = renewal_pipeline.read(_ordered(rows, sort), own_money.on(today))
    return Asked(filters, sort, today, until, _said(table, filters, sort))


def of_accounts(filters: Mapping[str, str]) -> Q:
    """What speaks of the account; a value that makes no sense finds nothing."""
    found = Q()
    if filters["q"]:
        found &= Q(account__search__contains=normal(filters["q"]))
    if filters["owner"]:
        found &= Q(account__owner=whole(filters["owner"]) or 0)
    if filters["touch"]:
        found &= Q(account__touch_model=filters["touch"])
    if filters["segment"]:
        inside = SegmentMembership.objects.filter(segment=whole(filters["segment"]) or 0, left_at__isnull=True)
        found &= Q(account__in=inside.values("account"))
    return found


def before(request: MemberRequest, of: Asked) -> QuerySet[RenewalSnapshotLine]:
    """What snapshots said of the same accounts and months."""
    rows = RenewalSnapshotLine.objects.for_member(request.user, Permission.RENEWALS_VIEW)
    return rows.filter(of_accounts(of.filters), _month(of.filters["month"], "decision_on"))


def _state(state: str) -> Q:
    noticed = Q(status=SubscriptionStatus.NOTICED)
    chosen = {"renews": ~noticed & Q(auto_renews=True), "ends": ~noticed & Q(auto_renews=False), "noticed": noticed}
    return chosen.get(state, Q())


def _month(month: str, column: str) -> Q:
    """The calendar month of the decision ("2027-01"); one that makes no sense is none."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return Q()
    return Q(**{f"{column}__gte": first, f"{column}__lt": month_start(first, 1)})


def _ordered(rows: Any, sort: str) -> Any:
    """Blanks last either way; then by the day of the decision."""
    columns = COLUMNS.get(sort.removeprefix("-"))
    if columns is None:  # by what the outlooks say, once they are read
        return rows.order_by()
    backwards = sort.startswith("-")
    order = [F(name).desc(nulls_last=True) if backwards else F(name).asc(nulls_last=True) for name in columns]
    return rows.order_by(*order, "decision", "pk")


def _said(table: Pipeline, filters: Mapping[str, str], sort: str) -> Pipeline:
    """What only the outlooks tell: calls, who is at odds, and orders by them."""
    if filters["call"]:
        table = table.only(table.held == ("" if filters["call"] == UNCALLED else filters["call"]))
    if filters["apart"]:
        table = table.only(table.lean != 0)
    if sort == DEFAULT_SORT:
        return table.only(table.order())
    figures = {"model": table.p, "call": table.held_p}.get(sort.removeprefix("-"))
    if figures is None:
        return table
    return table.only(np.lexsort((table.subscription, table.day, -figures if sort.startswith("-") else figures)))


def lines(keys: Sequence[int], today: date) -> list[Line]:
    """Whole lines of these subscriptions, in this order."""
    found = {one.subscription: one for one in renewal_lines.of(Subscription.objects.all(), today, Q(pk__in=keys))}
    return [found[key] for key in keys if key in found]


def months(table: Pipeline, currency: str) -> list[dict[str, Any]]:
    """Each calendar month of decisions with what is due in it; `expected` None where nothing has a probability."""
    own = table.currency == currency
    found = []
    for month in np.unique(table.month):
        here = table.only((table.month == month) & own)
        told = ~np.isnan(here.p)
        found.append(
            {
                "key": f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}",
                "day": date(int(month) // 12, int(month) % 12 + 1, 1),
                "count": int((table.month == month).sum()),
                "due": round(float(here.minor.sum())),
                "committed": round(float(here.minor[here.is_committed].sum())),
                "expected": round(float((here.minor[told] * here.p[told]).sum())) if told.any() else None,
            }
        )
    return found
