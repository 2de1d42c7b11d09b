"""REST: revenue KPIs of a period, to read."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Query, Router

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import Asking, answered_period, ledger_for
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import kpis
from nenrin.insight.revenue import slices as revenue_slices

router = Router(tags=["revenue"])


class KpiOut(Strict):
    """`value` null: not enough data; `n` stand behind it. Shares are of one, money in minor units; `low` and `high`
    are the 95 % interval. `slice` is empty for all accounts."""

    kpi: str
    slice: str
    value: float | None
    unit: str
    n: int
    low: float | None
    high: float | None


class KpisOut(Strict):
    """`to` is the first day after the period."""

    start: date
    to: date
    known: date
    currency: str
    policy: int
    items: list[KpiOut]


class DefinitionOut(Strict):
    kpi: str
    name_en: str
    name_ja: str
    meaning_en: str
    meaning_ja: str
    formula: str
    unit: str
    direction: str
    minimum_n: int


@router.get("", response=KpisOut, summary="Get the KPIs of a period")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_kpis(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Every KPI of the period that holds `as_of`, up to that day; `by` adds every slice."""
    ledger, period = ledger_for(request.member, asking, request.at), answered_period(asking, request.at)
    slices = revenue_slices.slices(ledger, asking.by, period) if asking.by else []
    rows = kpis.rows(ledger, period, asking.grain, slices)
    return {
        "start": period.start,
        "to": period.end,
        "known": ledger.known,
        "currency": ledger.policy.reporting_currency,
        "policy": ledger.policy.version,
        "items": [{name: getattr(row, name) for name in KpiOut.model_fields} for row in rows],
    }


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
        }
        for key, one in KPIS.items()
    ]
