"""REST: health and measures of an account, to read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import Http404
from ninja import Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.insight import explanation, unused
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


class RowOut(Strict):
    """A bar: points it adds to the score, points lost of 100, and how far each moved since the earlier day.

    `value` and `norm` (the value that would earn the healthy edge) in words of both languages.
    """

    bar: str
    name: dict[str, str]
    group: dict[str, str]
    value: dict[str, str]
    norm: dict[str, str]
    points: float | None
    weight: float | None
    contribution: float
    loss: float
    change: float


class PartOut(Strict):
    part: str
    name: dict[str, str]
    points: float


class ExplanationOut(Strict):
    """Why a score is what it is. Contributions add up to `score`, losses to 100 minus it; changes and parts each to
    `difference`, exactly as written (tenths). `basis`: shown that day, or recomputed now."""

    account_id: int
    as_of: date
    since: date | None
    basis: str
    model: str
    band: str
    score: float
    before: float | None
    difference: float
    coverage: float
    finding: dict[str, str]
    rows: list[RowOut]
    parts: list[PartOut]


@router.get("/{int:account_id}/health/explanation", response=ExplanationOut, summary="Explain an account's health")
@grants(Permission.HEALTH_VIEW)
def explain_health(request: ApiRequest, account_id: Id, on: date | None = None, since: date | None = None) -> Any:
    """The score of a day (default: now) against an earlier one (default: 30 days before)."""
    account = editable(request.member, Permission.HEALTH_VIEW, account_id)
    for name, day in (("on", on), ("since", since)):
        if day is not None and not 2000 <= day.year < 2200:
            raise HttpError(422, f"{name}: expected a day from 2000-01-01 to 2199-12-31")
    told = explanation.of(account.pk, on, since)
    if told is None:
        raise Http404(f"account {account_id} was not judged on that day")
    plain = ("as_of", "since", "basis", "score", "before", "difference", "coverage")
    return {
        **{name: getattr(told, name) for name in plain},
        "account_id": account.pk,
        "model": str(told.version),
        "band": told.band.value,
        "finding": asdict(told.finding),
        "rows": [_row(row) for row in told.rows],
        "parts": [{"part": part.key, "name": asdict(part.name), "points": part.points} for part in told.parts],
    }


def _row(row: explanation.Row) -> dict[str, Any]:
    words = {name: asdict(getattr(row, name)) for name in ("name", "group", "value", "norm")}
    figures = {name: getattr(row, name) for name in ("points", "weight", "contribution", "loss", "change")}
    return {"bar": row.key, **words, **figures}


@router.get("/{int:account_id}/measures", response=list[MeasureOut], summary="Get an account's measures")
@grants(Permission.MEASURES_VIEW)
def get_measures(request: ApiRequest, account_id: Id) -> Any:
    """The measures that have a value now."""
    account = editable(request.member, Permission.MEASURES_VIEW, account_id)
    rows = CurrentMeasure.objects.filter(account=account).order_by("measure")
    return [{"measure": row.measure, "value": row.value, "as_of": row.as_of} for row in rows]


class IntroductionOut(Strict):
    """`users` of `peers` healthy customers of the tier use it; the account not in four weeks, `last_used` null: never in 24
    months. A heuristic: counted, not proven."""

    feature: str
    is_key: bool
    tier: str
    users: int
    peers: int
    share: float
    low: float
    high: float
    last_used: date | None
    as_of: date


@router.get(
    "/{int:account_id}/next-features", response=list[IntroductionOut], summary="List features to introduce next"
)
@grants(Permission.HEALTH_VIEW)
def list_next_features(request: ApiRequest, account_id: Id) -> Any:
    """What healthy customers of its tier use and it does not, two at most; none where too few are like it."""
    account = editable(request.member, Permission.HEALTH_VIEW, account_id)
    return [
        {
            "feature": one.feature.name, "is_key": one.feature.is_key, "tier": one.tier, "users": one.feature.users,
            "peers": one.peers, "share": one.feature.share, "low": one.feature.interval.low,
            "high": one.feature.interval.high, "last_used": one.last, "as_of": one.as_of,
        }
        for one in unused.introductions(account, organisation.today(request.at))
    ]  # fmt: skip
