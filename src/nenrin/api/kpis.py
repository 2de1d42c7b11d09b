"""REST: KPIs of a period, the accounts behind them, and their targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from ninja import Query, Router
from pydantic import AfterValidator, Field

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.periods import Grain
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import Asking, PartAsking, Reach, answered_period, books_for, ledger_for, only, part
from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Team
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import kpis, policies, slices, targets, trends
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.targets import NeverTold, NoTarget, NoTeam, StillLeads
from nenrin.values import Period, Text

router = Router(tags=["revenue"])
#: With `by`, periods asked for at once: each is worked out for every part.
MOST_WITH_PARTS = 13


class KpisAsking(Asking):
    """`kpi`: that one alone; left out, all. `periods`: so many up to the one that holds `as_of`; with `by` at most 13."""

    kpi: str = ""


class KpiOut(Strict):
    """`value` null: not enough data; `n` stand behind it. Shares are of one, money in minor units; `low` and `high`
    are the 95 % interval. `slice` is null for all accounts, "none" for those without one; `to` is the first day after the
    period."""

    kpi: str
    start: date
    to: date
    by: str
    slice: str | None
    slice_name_en: str
    slice_name_ja: str
    value: float | None
    unit: str
    n: int
    low: float | None
    high: float | None


class KpisOut(Strict):
    """`start`, `to`, `known` and `policy` of the last period; `to` is the first day after it. `left_out`: KPIs that the member may not see, and why."""

    start: date
    to: date
    known: date
    currency: str
    policy: int
    items: list[KpiOut]
    left_out: list[str]
    left_out_because: str


class DefinitionOut(Strict):
    """`waits`: nothing tells its facts yet, so that it never has a value."""

    kpi: str
    name_en: str
    name_ja: str
    meaning_en: str
    meaning_ja: str
    formula: str
    unit: str
    direction: str
    minimum_n: int
    interval: str
    waits: bool


class BehindOut(Strict):
    """One account's part of a KPI: above and below the line of the fraction, in minor units or counts."""

    account: int
    over: int
    under: int


class AccountsOut(Strict):
    """`over` and `under` name what the parts are; those accounts first that make the difference. `next`: the `offset` of
    those that follow, null after the last."""

    kpi: str
    over: str
    under: str
    total: int
    next: int | None
    items: list[BehindOut]


class TargetIn(Strict):
    """The period that holds `as_of`; `value` null takes the target back. Shares are of one, money in minor units.

    An outcome (churn, retention, renewals, lifetime value) needs a `team` that answers for it and a `leading_kpi`, one that a
    team moves itself, with a target for the same period and slice; that target stays as long as an outcome names it.
    """

    kpi: str
    as_of: date | None = None
    grain: Grain = "month"
    by: str = ""
    slice: Annotated[str, Field(max_length=60), AfterValidator(slices.heard)] | None = None
    value: Annotated[float, Field(allow_inf_nan=False)] | None
    team: str = ""
    leading_kpi: str = ""


class TargetOut(Strict):
    """`start` is the period's first day; `by` is empty and `slice` null for all accounts, "none" for those without one."""

    kpi: str
    grain: str
    start: date
    by: str
    slice: str | None
    value: float
    team: str
    leading_kpi: str


@router.get("", response=KpisOut, summary="Get the KPIs of a period")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_kpis(request: ApiRequest, asking: Query[KpisAsking]) -> Any:
    """Every KPI of the last `periods` periods, the last one up to `as_of`; `by` adds every slice."""
    only(request, asking)
    if asking.by and asking.periods > MOST_WITH_PARTS:
        raise Refused.one(
            "periods", Text(f"at most {MOST_WITH_PARTS} with by", f"byとの併用は{MOST_WITH_PARTS}まで"), asking.periods
        )
    wanted = [_kpi(asking.kpi).key] if asking.kpi else list(KPIS)
    books, period = books_for(request.member, asking, request.at), answered_period(asking, request.at)
    ledger = books.telling(period)
    held = [*policies.fiscal().series(period, asking.grain, asking.periods)[:-1], period]
    return {
        "start": period.start,
        "to": period.end,
        "known": ledger.known,
        "currency": ledger.policy.reporting_currency,
        "policy": ledger.policy.version,
        "items": [row for each in held for row in _rows(books, each, period, asking, wanted)],
        "left_out": [key for key in wanted if key not in kpis.shown(ledger)],
        "left_out_because": "" if ledger.shows_costs else kpis.WITHHELD.en,
    }


def _rows(
    books: Closed, period: Period, last: Period, asking: KpisAsking, wanted: Sequence[str]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for row in trends.rows(books, period, last, asking.grain, asking.by, wanted):
        yield {"start": period.start, "to": period.end, **asdict(row)}


@router.get("/definitions", response=list[DefinitionOut], summary="List what each KPI means")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_definitions(request: ApiRequest) -> Any:
    """Names, meanings and formulas in both languages."""
    return [
        {
            "kpi": key,
            "name_en": one.name.en,
            "name_ja": one.name.ja,
            "meaning_en": one.meaning.en,
            "meaning_ja": one.meaning.ja,
            "formula": one.formula,
            "unit": one.unit,
            "direction": one.direction,
            "minimum_n": one.minimum_n,
            "interval": one.interval,
            "waits": one.waits,
        }
        for key, one in KPIS.items()
    ]


@router.get("/accounts", response=AccountsOut, summary="List the accounts behind a KPI")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_accounts(request: ApiRequest, asking: Query[PartAsking], reach: Query[Reach], kpi: str) -> Any:
    """Of the period that holds `as_of`, by `by` and `slice` of that part alone; `under` is empty where one part says it all."""
    only(request, asking, reach, also=("kpi",))
    one, ledger = _kpi(kpi), ledger_for(request.member, asking, request.at)
    period = answered_period(asking, request.at)
    found = kpis.behind(ledger, period, one, part(asking, ledger, period))
    rows = [asdict(row) for row in found[reach.offset :][: reach.limit]]
    told = {"kpi": kpi, "over": one.parts[0], "under": one.parts[1]}
    return {**told, "total": len(found), "next": reach.next(len(found)), "items": rows}


@router.get("/targets", response=list[TargetOut], summary="List the targets of a period")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_targets(request: ApiRequest, asking: Query[Asking]) -> Any:
    """All slices of the period that holds `as_of`."""
    only(request, asking)
    start = answered_period(asking, request.at).start
    return [_target(row) for row in targets.of_period(asking.grain, start)]


@router.put("/targets", response=list[TargetOut], summary="Set a target, or take it back")
@grants(Permission.HEALTH_CONFIGURE)
def put_target(request: ApiRequest, body: TargetIn) -> Any:
    """Safe to repeat. Answers with the target as it stands; empty when it was taken back."""
    _kpi(body.kpi)
    if body.by and body.by not in slices.DIMENSIONS:
        raise Refused.one("by", Text(f"none of {', '.join(slices.DIMENSIONS)}", "この区分はない"), body.by)
    by, day = Actor.of(request.member), body.as_of or organisation.today(request.at)
    if body.by and body.slice is None:
        raise Refused.one("slice", Text("by needs the slice that is meant", "区分の値の指定が必要"))
    place = {"dimension": body.by, "within": body.slice or ""}
    try:
        if body.value is None:
            targets.withdraw(body.kpi, body.grain, day, **place, by=by, at=request.at)
            return []
        row = targets.put(
            body.kpi, body.grain, day, body.value, **place, team=_team(body.team), leading_kpi=body.leading_kpi, by=by,
            at=request.at,
        )  # fmt: skip
    except StillLeads as problem:
        why = Text(str(problem), "この指標を先行指標とする目標がある")
        raise Refused.one("kpi", why, body.kpi) from problem
    except NeverTold as problem:
        raise Refused.one("kpi", Text(str(problem), "元データがなく、目標を判定できない"), body.kpi) from problem
    except NoTeam as problem:
        raise Refused.one(
            "team", Text(str(problem), "成果指標の目標には、責任を持つチームが必要"), body.team
        ) from problem
    except NoTarget as problem:
        why = Text(str(problem), "成果指標の目標には、同じ期間に目標のある先行指標が必要")
        raise Refused.one("leading_kpi", why, body.leading_kpi) from problem
    return [_target(row)]


def _target(row: KpiTarget) -> dict[str, Any]:
    part = slices.spoken(row.slice) if row.dimension else None
    return {"kpi": row.kpi, "grain": row.grain, "start": row.start_on, "by": row.dimension, "slice": part,
            "value": row.value, "team": row.team.name if row.team else "", "leading_kpi": row.leading_kpi}  # fmt: skip


def _kpi(key: str) -> Kpi:
    if key not in KPIS:
        raise Refused.one("kpi", Text("there is no such KPI: see /kpis/definitions", "このKPIはない"), key)
    return KPIS[key]


def _team(name: str) -> Team | None:
    team = Team.objects.filter(name=name).first() if name else None
    if name and team is None:
        raise Refused.one("team", Text("there is no such team", "このチームはない"), name)
    return team
