"""REST: how the KPIs of the catalogue stand by which a journey's stages are measured."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Query, Router

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.periods import Grain
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.journeys import VIEW, one_in_use
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import VIEW as FIGURES
from nenrin.api.revenue_asking import Asking, answered_period, books_for, only
from nenrin.api.segments import Both
from nenrin.foundation.permissions import allowed
from nenrin.insight.revenue import kpis as revenue_kpis
from nenrin.insight.revenue import policies
from nenrin.values import Text, minor_digits
from nenrin.work.journeys import designs, kpis
from nenrin.work.journeys.documents import StageDesign

router = Router(tags=["journeys"])
UNSEEN = Text("your role does not show contracts", "契約を閲覧する権限がないため表示しない")


class StageKpisAsking(Strict):
    """`as_of`: a day in the month or other `grain` asked for (default today). `known`: with what was known at the end of
    that day."""

    as_of: date | None = None
    known: date | None = None
    grain: Grain = "month"


class StageKpiOut(Strict):
    """Of all accounts that you may see, not only of those in the stage. `value` null: not enough data or not yours to see,
    and `why_none` says which; `n` stand behind it, `low` and `high` are the 95 % interval. Shares are of one, money in
    minor units, `aim` too, which is the number in `target`. `is_reached` null: that cannot be said, or not before the period
    is over."""

    stage: str
    kpi: str
    name: Both
    meaning: Both
    formula: str
    unit: str
    direction: str
    target: str
    aim: float | None
    is_reached: bool | None
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    why_none: Both | None


class StageKpisOut(Strict):
    """The period from `start` up to and without `to`, told with what was `known` on that day; `is_partial`: it is not over."""

    grain: str
    start: date
    to: date
    known: date | None
    is_partial: bool
    currency: str
    stages: list[StageKpiOut]


@router.get("/{key}/kpis", response=StageKpisOut, summary="Get the KPIs by which stages are measured")
@grants(VIEW)
def list_stage_kpis(request: ApiRequest, key: str, asked: Query[StageKpisAsking]) -> Any:
    """Of the version in use, a stage after the other; stages that are measured in words stand in its document alone."""
    only(request, asked)
    asking = Asking(as_of=asked.as_of, known=asked.known, grain=asked.grain)
    stages = designs.shown(one_in_use(key)[0]).stages
    found = [(one, one.kpi.key) for one in stages if one.kpi and one.kpi.key in KPIS]
    period, told, known = answered_period(asking, request.at), {}, None
    currency = policies.live(period.start).reporting_currency
    if found and allowed(request.member, FIGURES) is not None:
        ledger = books_for(request.member, asking, request.at).telling(period)
        wanted = revenue_kpis.shown(ledger, dict.fromkeys(each for _, each in found))
        told = revenue_kpis.figures_of(ledger, period, asked.grain, wanted=wanted)
        known, currency = ledger.known, ledger.policy.reporting_currency
    is_partial = period.end != policies.fiscal().holding(period.start, asked.grain).end
    withheld = UNSEEN if allowed(request.member, FIGURES) is None else revenue_kpis.WITHHELD
    return {
        "grain": asked.grain, "start": period.start, "to": period.end, "known": known, "is_partial": is_partial,
        "currency": currency,
        "stages": [_stage(one, told.get(each), withheld, is_partial, currency) for one, each in found],
    }  # fmt: skip


def _stage(of: StageDesign, figure: Figure | None, withheld: Text, is_partial: bool, currency: str) -> dict[str, Any]:
    assert of.kpi is not None
    kpi = KPIS[of.kpi.key]
    aim = kpis.aim(kpi.key, of.kpi.target, minor_digits(currency))
    value = figure.value if figure else None
    low, high = figure.interval if figure and figure.interval else (None, None)
    why = None if value is not None else kpi.why_none(figure.n) if figure else withheld
    return {
        "stage": of.stage, "kpi": kpi.key, "name": _both(of.kpi.name), "meaning": _both(kpi.meaning),
        "formula": kpi.formula, "unit": kpi.unit, "direction": kpi.direction, "target": of.kpi.target, "aim": aim,
        "is_reached": kpi.is_reached(value, aim) if kpi.is_judged(is_partial) else None, "value": value,
        "n": figure.n if figure else None, "low": low, "high": high, "why_none": _both(why) if why else None,
    }  # fmt: skip


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
