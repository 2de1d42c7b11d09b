"""REST: renewals ahead, what is expected of them, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404
from ninja import Field, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Strict, Window, page
from nenrin.customers.models import Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.insight.revenue import own_money, policies
from nenrin.work import (
    renewal_accuracy,
    renewal_checkpoints,
    renewal_forecast,
    renewal_lines,
    renewal_pipeline,
    renewal_quarters,
    renewal_scenarios,
    renewal_snapshots,
    renewals,
)
from nenrin.work.models import RenewalCall, RenewalCheckpoint, RenewalOutcome, RenewalSnapshot
from nenrin.work.models.renewal import Side
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_pipeline import Pipeline
from nenrin.work.renewal_scenarios import Scenario, Steps

router = Router(tags=["renewals"])
VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
OVERRIDE = Permission.RENEWALS_OVERRIDE
SORTS = {"id", "ends_on", "mrr_minor"}
YEAR = timedelta(days=366)
Word = Literal["commit", "likely", "open", "at_risk", "lost"]


class CallOut(Strict):
    """`call` empty: a manager's call that was taken back. Words are null for roles that do not read personal data."""

    number: int
    side: Literal["csm", "manager"]
    term_end: date
    call: Word | Literal[""]
    probability: float
    expansion_minor: int | None
    reason: str | None
    next_step: str | None
    author_id: int | None
    made_at: datetime


class RenewalOut(Strict):
    """`probability` is the model's, null where data do not suffice; `is_apart`: it and the call that holds differ by more
    than 0.25. `manager_call` holds before `call`. `number`: send it as `seen` with the next call."""

    subscription_id: int
    account_id: int
    decision_on: date
    days_left: int
    ends_on: date
    auto_renews: bool
    is_noticed: bool
    mrr_minor: int
    currency: str
    band: str
    score: float | None
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    is_apart: bool
    number: int
    call: CallOut | None
    manager_call: CallOut | None


class CallIn(Strict):
    """`probability` in place of the one that the call stands for; `seen`: number of the call that you saw, 0 for none."""

    call: Word
    probability: float | None = Field(None, ge=0, le=1)
    expansion_minor: int | None = None
    reason: str = ""
    next_step: str = ""
    seen: int | None = Field(None, ge=0)


class OverruleIn(CallIn):
    """A manager's call; needs a `reason` where it says something else than the CSM's."""


class Filters(Window):
    months: int = Field(6, ge=1, le=24)


class ForecastAsking(Strict):
    months: int = Field(6, ge=1, le=24)
    scenario: Scenario = Scenario.MEDIUM


class QuartersAsking(Strict):
    scenario: Scenario = Scenario.MEDIUM


class StepsOut(Strict):
    """MRR in minor units from what is due to what is left; `churn` and `downsell` are not above nought. `left_out`:
    terms that the scenario tells nothing of."""

    start: int
    churn: int
    downsell: int
    upsell: int
    end: int
    grr: float | None
    nrr: float | None
    count: int
    left_out: int


class ForecastOut(Strict):
    """MRR in minor units of `currency`, other currencies at the metric policy's rates; terms without a rate are counted in
    `foreign` alone. In at least four of five cases
    what is kept of `told`, the MRR that has a probability, lies from `expected_low` to `expected_high`; `error` is the
    most by which that probability may be off."""

    currency: str
    count: int
    due: int
    committed: int
    best: int
    worst: int
    uncalled: int
    apart: int
    told: int
    untold: int
    foreign: int
    expected: float | None
    expected_low: float | None
    expected_high: float | None
    error: float | None
    scenario: Scenario
    steps: StepsOut


class QuarterOut(Strict):
    """Terms by the day of their decision, from `start` up to `to`. `is_ahead`: foretold. `running`: decided, not over."""

    start: date
    to: date
    is_ahead: bool
    left: int | None
    running: int
    steps: StepsOut


class AccuracyOut(Strict):
    """`name` empty: the model. Null: fewer than ten outcomes (or commits). Money in minor units of MRR."""

    side: Literal["model", "csm", "manager"]
    name: str
    days: int
    count: int
    brier: float | None
    hit: float | None
    foretold: float | None
    came: int | None
    commits: int
    committed: int | None
    committed_came: int | None


class CheckpointOut(Strict):
    """What was said so many days before the decision, locked. `since`: the last call that came after it."""

    account_id: int
    term_end: date
    decision_on: date
    days: int
    taken_on: date
    called_probability: float | None
    manager_probability: float | None
    probability_of_model: float | None
    mrr_minor: int
    currency: str
    outcome: str
    kept_minor: int | None
    since: CallOut | None


class SnapshotOut(Strict):
    """`author_id` null: taken by itself."""

    id: int
    taken_on: date
    taken_at: datetime
    author_id: int | None
    count: int


@router.get("", response=Page[RenewalOut], summary="List renewals ahead")
@grants(VIEW)
def list_renewals(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Terms of 6 months and longer in your scope that are decided within so many months."""
    today = organisation.today(request.at)
    until = today + timedelta(days=round(filters.months * renewal_lines.MONTH))
    rows = renewal_pipeline.ahead(Subscription.objects.for_member(request.member, VIEW), today, until)

    def shown(some: list[Subscription]) -> list[dict[str, Any]]:
        keys = [row.pk for row in some]
        found = {one.subscription: one for one in renewal_lines.of(Subscription.objects.all(), today, Q(pk__in=keys))}
        return [_line(found[key], request.member) for key in keys]

    return page(rows, filters, SORTS, shown)


@router.get("/forecast", response=ForecastOut, summary="Get the renewal forecast")
@grants(VIEW)
def get_forecast(request: ApiRequest, asking: Query[ForecastAsking]) -> Any:
    """What is due within so many months, what people and the model expect of it, and one scenario."""
    currency, table = organisation.current().currency, _table(request, asking.months)
    told = renewal_forecast.of(table, currency)
    names = ("count", "due", "committed", "best", "worst", "uncalled", "apart", "told", "untold", "foreign", "expected")
    return {name: getattr(told, name) for name in names} | {
        "currency": currency, "expected_low": told.low, "expected_high": told.high, "scenario": asking.scenario,
        "error": told.kept.error if told.kept else None,
        "steps": _steps(renewal_scenarios.of(table, currency, asking.scenario)),
    }  # fmt: skip


@router.get("/quarters", response=list[QuarterOut], summary="List renewals by quarter")
@grants(VIEW)
def list_quarters(request: ApiRequest, asking: Query[QuartersAsking]) -> Any:
    """Past fiscal quarters as they came, those of the year ahead as the scenario foretells."""
    org, today, fiscal = organisation.current(), organisation.today(request.at), policies.fiscal()
    mine, own = Subscription.objects.for_member(request.member, VIEW), own_money.on(today)
    told = RenewalOutcome.objects.for_member(request.member, VIEW)
    over = renewal_quarters.past(told, mine, today, own, fiscal)
    table = renewal_pipeline.read(renewal_pipeline.ahead(mine, today, today + YEAR).order_by("pk"), own)
    ahead = renewal_quarters.ahead(table, today, org.currency, asking.scenario, fiscal)
    return [
        {"start": one.period.start, "to": one.period.end, "is_ahead": one.is_ahead, "left": one.left,
         "running": one.running, "steps": _steps(one.steps)}
        for one in [*over, *ahead]
    ]  # fmt: skip


@router.get("/accuracy", response=list[AccuracyOut], summary="Get the accuracy of renewal forecasts")
@grants(VIEW)
def get_accuracy(request: ApiRequest) -> Any:
    """By the model, each CSM and each manager, at 180 and 90 days before the decision; of the accounts in your scope."""
    rows, own = RenewalCheckpoint.objects.for_member(request.member, VIEW), own_money.on(organisation.today(request.at))
    names = [name for name in AccuracyOut.model_fields if name != "days"]
    return [
        {name: getattr(one, name) for name in names} | {"days": days}
        for days in renewal_checkpoints.DAYS
        for one in renewal_accuracy.of(rows, days, own)
    ]


@router.get("/snapshots", response=Page[SnapshotOut], summary="List snapshots of the renewal forecast")
@grants(VIEW)
def list_snapshots(request: ApiRequest, window: Query[Window]) -> Any:
    """When the forecast was kept, and by whom."""
    return page(
        RenewalSnapshot.objects.all(), window, {"id", "taken_on"}, lambda some: [_snapshot(one) for one in some]
    )


@router.post("/snapshots", response=SnapshotOut, summary="Keep the renewal forecast of today")
@grants(OVERRIDE)
def keep_snapshot(request: ApiRequest) -> Any:
    """All terms as they are called and foretold now; asked twice on a day: the one that stands."""
    return _snapshot(renewal_snapshots.take(by=Actor.of(request.member), author=request.member, at=request.at))


@router.get("/{int:subscription_id}/calls", response=list[CallOut], summary="List the calls of a renewal")
@grants(VIEW)
def list_calls(request: ApiRequest, subscription_id: int) -> Any:
    """Everything that was called of the account's terms, the last first."""
    rows = RenewalCall.objects.filter(account=_one(request, subscription_id, VIEW).account_id)
    return [_call(row, request.member) for row in rows[:200]]


@router.get(
    "/{int:subscription_id}/checkpoints", response=list[CheckpointOut], summary="List the checkpoints of a renewal"
)
@grants(VIEW)
def list_checkpoints(request: ApiRequest, subscription_id: int) -> Any:
    """What was said of the account's terms 180 and 90 days before, and what came."""
    account = _one(request, subscription_id, VIEW).account_id
    rows = RenewalCheckpoint.objects.filter(account=account).select_related("call", "over")[:50]
    calls = list(RenewalCall.objects.filter(account=account)[:200])
    return [_checkpoint(row, calls, request.member) for row in rows]


@router.post("/{int:subscription_id}", response=CallOut, summary="Call a renewal")
@grants(EDIT)
def call_renewal(request: ApiRequest, subscription_id: int, body: CallIn) -> Any:
    """What you expect of this term's end; every call is kept, the last one holds."""
    row, by = _one(request, subscription_id, EDIT), Actor.of(request.member)
    return _call(renewals.say(row, by=by, author=request.member, at=request.at, **body.dict()), request.member)


@router.post("/{int:subscription_id}/overrule", response=CallOut, summary="Call a renewal as a manager")
@grants(OVERRIDE)
def overrule_renewal(request: ApiRequest, subscription_id: int, body: OverruleIn) -> Any:
    """Holds over the CSM's call until it is taken back."""
    row, by = _one(request, subscription_id, OVERRIDE), Actor.of(request.member)
    made = renewals.say(row, by=by, author=request.member, at=request.at, side=Side.MANAGER, **body.dict())
    return _call(made, request.member)


@router.post("/{int:subscription_id}/withdraw", response={204: None}, summary="Take a manager's call back")
@grants(OVERRIDE)
def withdraw_overrule(request: ApiRequest, subscription_id: int) -> Any:
    """The CSM's call holds again."""
    row = _one(request, subscription_id, OVERRIDE)
    renewals.withdraw(row, by=Actor.of(request.member), author=request.member, at=request.at)
    return Answer(204, None)


def _one(request: ApiRequest, key: int, permission: Permission) -> Subscription:
    row = Subscription.objects.for_member(request.member, permission).standing().filter(pk=key).first()
    if row is None:
        raise Http404(f"no subscription {key} in your scope")
    return row


def _table(request: ApiRequest, months: int) -> Pipeline:
    today = organisation.today(request.at)
    until = today + timedelta(days=round(months * renewal_lines.MONTH))
    rows = renewal_pipeline.ahead(Subscription.objects.for_member(request.member, VIEW), today, until)
    return renewal_pipeline.read(rows.order_by("pk"), own_money.on(today))


def _steps(of: Steps) -> dict[str, Any]:
    amounts = {name: round(getattr(of, name)) for name in ("start", "churn", "downsell", "upsell", "end")}
    return amounts | {name: getattr(of, name) for name in ("grr", "nrr", "count", "left_out")}


def _snapshot(of: RenewalSnapshot) -> dict[str, Any]:
    return {name: getattr(of, name) for name in SnapshotOut.model_fields}


def _checkpoint(row: RenewalCheckpoint, calls: list[RenewalCall], member: Member) -> dict[str, Any]:
    since = renewal_checkpoints.since(row, calls)
    names = [name for name in CheckpointOut.model_fields if name not in {"manager_probability", "since"}]
    return {name: getattr(row, name) for name in names} | {
        "manager_probability": row.over_probability, "since": _call(since, member) if since else None
    }  # fmt: skip


def _line(one: Line, member: Member) -> dict[str, Any]:
    return {
        "subscription_id": one.subscription, "account_id": one.account, "decision_on": one.decision_on,
        "days_left": one.days_left, "ends_on": one.ends_on, "auto_renews": one.auto_renews, "is_noticed": one.is_noticed,
        "mrr_minor": one.mrr.minor, "currency": one.mrr.currency, "band": one.band, "score": one.score,
        "probability": one.p, "probability_low": one.low, "probability_high": one.high, "is_apart": one.is_apart,
        "number": one.number, "call": _call(one.call, member) if one.call else None,
        "manager_call": _call(one.over, member) if one.over else None,
    }  # fmt: skip


def _call(row: RenewalCall, member: Member) -> dict[str, Any]:
    may_read = visible(member, FieldClass.PERSONAL)
    words = {name: getattr(row, name) if may_read else None for name in ("reason", "next_step")}
    names = ("number", "side", "term_end", "call", "probability", "expansion_minor", "author_id", "made_at")
    return {name: getattr(row, name) for name in names} | words
