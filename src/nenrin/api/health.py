"""REST: health and measures of an account, to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404
from ninja import Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import CurrentMeasure, Health

router = Router(tags=["health"])


class HealthOut(Strict):
    """Scores in points of 100; coverage 0 to 1. `losses` are [bar, points lost], greatest first."""

    account_id: int
    as_of: date
    at: datetime
    score: float
    today: float
    band: str
    since: date
    coverage: float
    delta_30: float | None
    weekly: list[float | None]
    losses: list[list[Any]]
    model: str
    is_overridden: bool
    is_final: bool


class MeasureOut(Strict):
    """`as_of` is the day on which the value last changed; a measure without a value is not listed."""

    measure: str
    value: float
    as_of: date


@router.get("/{int:account_id}/health", response=HealthOut, summary="Get an account's health")
@grants(Permission.HEALTH_VIEW)
def get_health(request: ApiRequest, account_id: Id) -> Any:
    """Health as shown now. Past days: `nenrin health --as-of`."""
    account = editable(request.member, Permission.HEALTH_VIEW, account_id)
    row = Health.objects.select_related("version").filter(account=account).first()
    if row is None:
        raise Http404(f"account {account_id} has not been judged yet")
    plain = [name for name in HealthOut.model_fields if name != "model"]
    return {name: getattr(row, name) for name in plain} | {"model": str(row.version)}


@router.get("/{int:account_id}/measures", response=list[MeasureOut], summary="Get an account's measures")
@grants(Permission.MEASURES_VIEW)
def get_measures(request: ApiRequest, account_id: Id) -> Any:
    """The measures that have a value now."""
    account = editable(request.member, Permission.MEASURES_VIEW, account_id)
    rows = CurrentMeasure.objects.filter(account=account).order_by("measure")
    return [{"measure": row.measure, "value": row.value, "as_of": row.as_of} for row in rows]
