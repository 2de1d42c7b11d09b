"""Backtests of health and risk models: read the newest card, ask for a new one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Router, Schema

from nenrin.api import problems
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.backtests import reading, reports, risk_runs, runs
from nenrin.insight.models import HealthModelVersion, RiskModelVersion

router = Router(tags=["Health models"])
of_risk = Router(tags=["risk"])

Word = Annotated[str, Field(max_length=60)]


class BacktestOut(Schema):
    model: str = Field(description="Key of the health model; risk:churn of a risk model.")
    version: int
    is_draft: bool
    rival: int | None = Field(description="The version that it is compared with.")
    as_of: date | None = Field(description="Every day up to this one was scored with what was known on it.")
    state: str = Field(description="none (nobody has asked for one yet), asked, running, done or failed")
    reason: str = Field(description="Why there is no card; empty where there is one.")
    progress: dict[str, int] = Field(description="Accounts (of a risk model parts) done, of how many.")
    stale: str | None = Field(description="changed: the draft changed since; old: a month of outcomes is missing.")
    asked_at: datetime | None
    done_at: datetime | None
    days_apart: int | None = Field(description="1: every day was lived through; 7: only every seventh.")
    card: dict[str, Any] | None = Field(description="The figures with their intervals (docs/backtests.md).")
    weights: dict[str, Any] | None = Field(description="What the weights would be, learned from who left.")


class BacktestIn(Schema):
    version: Word = Field("", description="A number, or draft; empty: the live version.")
    as_of: date | None = Field(None, description="The last day; yesterday unless given.")
    capacity: int | None = Field(None, ge=1, le=1_000_000, description="Accounts the team can look at on one day.")


class RiskBacktestIn(Schema):
    as_of: date | None = Field(None, description="The last day; yesterday unless given.")
    capacity: int | None = Field(None, ge=1, le=1_000_000, description="Accounts the team can look at on one day.")


@router.get("/{key}/backtest", response=BacktestOut, summary="Get the backtest of a health model")
@grants(Permission.HEALTH_VIEW)
def get_backtest(request: ApiRequest, key: Word, version: Word = "") -> Any:
    """The newest finished one of the live version, of `draft` or of a number; one still under way where none is done.
    Where nobody has asked for one, its state is `none` and `reason` says how to."""
    found = _version(key, version)
    row = reading.newest(found) or reading.unfinished(found)
    return reports.of(row, organisation.today(request.at)) if row else reports.none(found)


@router.post("/{key}/backtest", response={202: BacktestOut}, summary="Ask for a backtest of a health model")
@grants(Permission.HEALTH_CONFIGURE)
def post_backtest(request: ApiRequest, key: Word, body: BacktestIn) -> Any:
    """The worker computes it; read it where it was asked for. The same question while one waits asks nothing new."""
    found = _version(key, body.version)
    try:
        row = runs.ask(
            found, by=Actor.of(request.member), at=request.at, as_of=body.as_of, capacity=body.capacity
        )  # fmt: skip
    except runs.AheadOfToday as ahead:
        return problems.problem(422, str(ahead))
    return 202, reports.of(row, organisation.today(request.at))


def _version(key: str, wanted: str) -> HealthModelVersion:
    try:
        return reading.version(key, wanted)
    except reading.NoSuchVersion as none:
        raise Http404(str(none)) from None


@of_risk.get("/{int:model_id}/backtest", response=BacktestOut, summary="Get the backtest of a risk model")
@grants(Permission.HEALTH_VIEW)
def get_risk_backtest(request: ApiRequest, model_id: Id) -> Any:
    """The newest finished one of a version; one still under way where none is done. Where nobody has asked for one, its
    state is `none` and `reason` says how to."""
    found = _risk_version(model_id)
    row = reading.newest_of_risk(found) or reading.unfinished_of_risk(found)
    return reports.of_risk(row, organisation.today(request.at)) if row else reports.no_risk(found)


@of_risk.post("/{int:model_id}/backtest", response={202: BacktestOut}, summary="Ask for a backtest of a risk model")
@grants(Permission.HEALTH_CONFIGURE)
def post_risk_backtest(request: ApiRequest, model_id: Id, body: RiskBacktestIn) -> Any:
    """The worker learns this kind of model anew for each past month and tells; read the card where it was asked for. The
    same question while one waits asks nothing new."""
    found = _risk_version(model_id)
    try:
        row = risk_runs.ask(
            found, by=Actor.of(request.member), at=request.at, as_of=body.as_of, capacity=body.capacity
        )  # fmt: skip
    except runs.AheadOfToday as ahead:
        return problems.problem(422, str(ahead))
    except risk_runs.NothingLearned as nothing:
        return problems.problem(409, str(nothing))
    return 202, reports.of_risk(row, organisation.today(request.at))


def _risk_version(key: int) -> RiskModelVersion:
    found = RiskModelVersion.objects.filter(pk=key).first()
    if found is None:
        raise Http404(f"no risk model {key}")
    return found
