"""REST: the accounts behind the executive dashboard's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ninja import Query, Router

from nenrin.analytics.revenue.periods import month_start
from nenrin.api.executive import ExecutiveAsking, asked
from nenrin.api.guard import ApiRequest, Denied, grants
from nenrin.api.paging import Strict, Word
from nenrin.api.revenue_asking import Reach, only
from nenrin.customers.errors import Refused
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import behind
from nenrin.insight.executive.behind import Figure, Line, NoSuchPart, Part, Whose
from nenrin.insight.executive.questions import Question
from nenrin.insight.executive.standing import BANDS, GONE, NEW
from nenrin.values import Text
from nenrin.work import losses

router = Router(tags=["executive"])
#: Figures that tell colours or chances.
OF_HEALTH = ("expected", "health")


class ListAsking(ExecutiveAsking):
    """`figure`: which table. `month`: of renewals, a day in it; of what is expected, its first day; left out, all. `part`: of
    renewals. `reason`: its English name. `whose`: of capacity. `was`, `now`: colours of health, "new" and "gone"."""

    figure: Figure
    month: date | None = None
    part: Part = ""
    reason: Word = ""
    whose: Whose = ""
    was: Word = ""
    now: Word = ""


class LineOut(Strict):
    """One account, or one of its contracts. `amount`: its part of the figure, `mrr`: what it pays or paid, both in minor
    units; `share`: the probability; null or empty where the figure tells none."""

    account: int
    name: str
    amount: int | None
    mrr: int | None
    share: float | None
    minutes: int | None
    on: date | None
    band: str
    was: str
    says_en: str
    says_ja: str


class LinesOut(Strict):
    """`amount`: of all lines together; `next`: the `offset` of those that follow, null after the last."""

    figure: str
    currency: str
    total: int
    amount: int
    next: int | None
    items: list[LineOut]


@router.get("", response=LinesOut, summary="List the accounts behind a figure of the dashboard")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_behind(request: ApiRequest, asking: Query[ListAsking], reach: Query[Reach]) -> Any:
    """Renewals ahead, churn by reason, what is expected to be lost, planned time, health before and now."""
    only(request, asking, reach)
    ask = asked(request, asking)
    if not ask.sees_health and (asking.figure in OF_HEALTH or asking.part == "at_risk"):
        raise Denied(Permission.HEALTH_VIEW.value)
    if asking.figure == "capacity" and allowed(request.member, Permission.CAPACITY_VIEW) is None:
        raise Denied(Permission.CAPACITY_VIEW.value)
    try:
        found = _READ[asking.figure](ask, asking)
    except NoSuchPart as problem:
        name = "reason" if asking.figure == "churn" else "month"
        raise Refused.one(
            name, Text("the dashboard has no such line", "経営ダッシュボードにこの行はない"), str(problem)
        ) from problem
    shown = found[reach.offset :][: reach.limit]
    names = behind.named(shown)
    return {
        "figure": asking.figure, "currency": ask.currency, "total": len(found), "next": reach.next(len(found)),
        "amount": sum(one.amount or 0 for one in found),
        "items": [_line(one, names[one.account]) for one in shown if one.account in names],
    }  # fmt: skip


def _line(of: Line, name: str) -> dict[str, Any]:
    told = {key: getattr(of, key) for key in LineOut.model_fields if key != "name" and not key.startswith("says_")}
    return {**told, "name": name, "says_en": of.says.en, "says_ja": of.says.ja}


def _renewals(ask: Question, of: ListAsking) -> list[Line]:
    month = month_start(of.month) if of.month else None
    if month is not None and month not in behind.months(ask):
        raise NoSuchPart(str(of.month))
    return behind.renewals(ask, month, of.part)


def _moved(ask: Question, of: ListAsking) -> list[Line]:
    for name, told, known in (("was", of.was, (*BANDS, NEW)), ("now", of.now, (*BANDS, GONE))):
        if told and told not in known:
            raise Refused.one(name, Text(f"one of {', '.join(known)}", "この区分はない"), told)
    return behind.moved(ask, of.was, of.now)


_READ: dict[Figure, Callable[[Question, ListAsking], list[Line]]] = {
    "renewals": _renewals,
    "churn": lambda ask, of: behind.churn(ask, losses.told, of.reason),
    "expected": lambda ask, of: behind.expected(ask, of.month),
    "capacity": lambda ask, of: behind.capacity(ask, of.whose),
    "health": _moved,
}
