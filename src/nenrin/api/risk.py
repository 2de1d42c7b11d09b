"""REST: who will probably leave or grow, what that comes to, and the models that say so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404
from ninja import Query, Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, Window, Word, page
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.models import Risk, RiskLearning, RiskModelVersion
from nenrin.insight.refresh import here
from nenrin.insight.risk import forecasts, learning, lists, reports, runs, together

router = Router(tags=["risk"])
Event = Literal["churn", "involuntary", "contraction", "expansion"]
EARLIEST = 1990
SORTS = {"id", "p", "minor"}


class Asking(Window):
    """`as_of` null: what is told now; a day that is over: what was said then. Kept is what was said first in each month."""

    event: Event = "churn"
    as_of: date | None = None
    sort: Word = "-p"


class HorizonOut(Strict):
    """`probability` null: too few events for a figure; then the interval is all that is said. `low` and `high` hold, nine
    times in ten, the probability that could be told from what is recorded of the account: they doubt what was learned
    and which kind of model is right, not what nobody recorded."""

    days: int
    probability: float | None
    low: float
    high: float


class ReasonOut(Strict):
    """`log_odds` against an average account; `value` null: missing."""

    feature: str
    log_odds: float
    value: float | None


class RiskOut(Strict):
    rank: int
    account_id: int
    account: str
    tier: str
    mrr_minor: int
    horizons: list[HorizonOut]
    reasons: list[ReasonOut]


class RisksOut(Strict):
    """`basis`: told (now), said (that day) or replayed (a model that knew no more than that day would have). `reason`
    says why `items` is empty. `next` is the cursor of the following page; null on the last."""

    event: str
    as_of: date | None
    basis: str
    state: str
    model: str
    reason: str
    currency: str
    items: list[RiskOut]
    next: str | None


class FirstOut(Strict):
    """Within `days`: the probability of each event that it comes before the others, and that none comes (`unchanged`);
    together 1."""

    days: int
    first: dict[str, float]
    unchanged: float


class TogetherOut(Strict):
    """An account's events as they compete. `left_out`: events of which no probability is told. `reason` says why `shares`
    is empty."""

    account_id: int
    as_of: date | None
    shares: list[FirstOut]
    left_out: list[str]
    reason: str


class AmountOut(Strict):
    expected: int
    low: int
    high: int


class AheadOut(AmountOut):
    begins: date
    ends: date


class HeldOut(AheadOut):
    """`basis`: said, or replayed by a model that knew only the months before. `unpaid`: lost without a decision, foretold
    apart (event `involuntary`). `told`: how many of `accounts` it was expected of; `happened`: of how many it came."""

    basis: str
    actual: int
    unpaid: int
    accounts: int
    told: float
    happened: int
    has_ended: bool
    is_within: bool | None


class DriftOut(Strict):
    """Cumulative sums (CUSUM) of events less those told, in standard deviations, one for each month that ended: more than
    told (`over`), fewer (`under`). `since`: begin of the month in which one rose above `alarm_above`; null: none did."""

    over: list[float]
    under: list[float]
    alarm_above: float
    since: date | None


class ForecastOut(Strict):
    """Minor units of `currency`; intervals hold at least four of five outcomes. Months by the day of the decision. `reason` says
    why nothing is told of the months ahead."""

    event: str
    currency: str
    as_of: date | None
    mrr: int
    year: AmountOut | None
    ahead: list[AheadOut]
    held: list[HeldOut]
    drift: DriftOut | None
    reason: str


class ModelOut(Strict):
    """`state`: trusted, ranking, flagged, leaking or not_enough. `used_from` null: never used."""

    id: int
    event: str
    number: int
    state: str
    known_on: date
    first_on: date | None
    last_on: date | None
    card: dict[str, Any]
    findings: list[dict[str, Any]]
    learned_at: datetime
    used_from: datetime | None
    used_until: datetime | None


class LearningOut(Strict):
    """`state`: none (nobody has asked yet), asked (the worker will take it), running, done or failed; `reason` says why
    there is nothing. `made`: ids of the new models."""

    id: int | None
    state: str
    reason: str
    known_on: date | None
    asked_at: datetime | None
    begun_at: datetime | None
    done_at: datetime | None
    made: list[int]


class DeedIn(Strict):
    """Put a version to use or withdraw it; a flagged one needs a reason."""

    do: Literal["use", "withdraw"]
    reason: str = ""


@router.get("", response=RisksOut, summary="Get the risk of every account")
@grants(Permission.HEALTH_VIEW)
def get_risks(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Of the accounts that the token's member may see, the highest first, a page at a time."""
    day = asking.as_of
    if day is not None and not date(EARLIEST, 1, 1) <= day < organisation.today(request.at):
        raise HttpError(422, "as_of: a day that is over")
    try:
        basis, rows = lists.stored(asking.event, day, within(request.member, Permission.HEALTH_VIEW))
    except lists.NothingSaid as nothing:
        raise HttpError(404, str(nothing)) from None
    return _risks(asking, basis, rows)


def _risks(asking: Asking, basis: str, rows: QuerySet[Any]) -> dict[str, Any]:
    first = rows.select_related("version").defer("version__document").first()
    head = {"event": asking.event, "basis": basis, "currency": reports.currency()}
    if first is None:
        state, model, reason = reports.without(asking.event)
        if version := learning.in_use(asking.event):
            state, model, reason = version.state, str(version), "no customer within your reach is told of"
        return head | {"as_of": None, "state": state, "model": model, "reason": reason, "items": [], "next": None}
    version = first.version
    keys = reports.in_order(rows).values_list("pk", flat=True)
    ranks = {key: n for n, key in enumerate(keys, start=1)}
    found = page(rows, asking, SORTS, lambda kept: reports.of_rows(kept, version, ranks))
    return head | {"as_of": first.as_of, "state": version.state, "model": str(version), "reason": "", **found}


@router.get("/accounts/{int:account_id}", response=TogetherOut, summary="Get what happens to an account first")
@grants(Permission.HEALTH_VIEW)
def get_together(request: ApiRequest, account_id: Id) -> Any:
    """Churn, failed payments, contraction and expansion told together, as each takes the place of the others."""
    account = Account.objects.for_member(request.member, Permission.HEALTH_VIEW).filter(pk=account_id).first()
    if account is None:
        raise Http404(f"no account {account_id}")
    rows = Risk.objects.filter(account=account).select_related("version").defer("version__document")
    return reports.of_together(account.pk, together.together(rows))


@router.get(
    "/forecast", response=ForecastOut, summary="Get the forecast of MRR lost or won, and how earlier ones came out"
)
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_forecast(request: ApiRequest, event: Event = "churn") -> Any:
    """Twelve months ahead and twelve back, of the accounts that the token's member may see."""
    known = here().scored_through or organisation.today(request.at) - timedelta(days=1)
    found = forecasts.forecast(event, known, reach(request.member, Permission.SUBSCRIPTIONS_VIEW))
    return reports.of_forecast(found) | {"currency": reports.currency()}


@router.get("/models", response=list[ModelOut], summary="List the risk models")
@grants(Permission.HEALTH_VIEW)
def list_models(request: ApiRequest, event: Event = "churn") -> Any:
    """Every version of an event, the newest first, with its card."""
    return [reports.of_version(row) for row in RiskModelVersion.objects.filter(event=event).defer("document")]


@router.get("/models/{int:model_id}", response=ModelOut, summary="Get a risk model's card")
@grants(Permission.HEALTH_VIEW)
def get_model(request: ApiRequest, model_id: Id) -> Any:
    """One version."""
    return reports.of_version(_one(model_id))


@router.get("/models/learning", response=LearningOut, summary="Get how far the learning is that was asked for last")
@grants(Permission.HEALTH_VIEW)
def get_learning(request: ApiRequest) -> Any:
    """Of what members asked for; where nobody has, its state is `none` and `reason` says how to."""
    return _learning(runs.newest())


@router.post("/models", response={202: LearningOut}, summary="Have risk models learned")
@grants(Permission.HEALTH_CONFIGURE)
def learn_models(request: ApiRequest) -> Any:
    """The worker learns new versions from what the last closed day knew; those that may be used are, and everybody is
    told anew. GET /risk/models/learning says how far it is. Asking again while it goes on asks nothing new."""
    try:
        return 202, _learning(runs.ask(by=Actor.of(request.member), at=request.at))
    except runs.NoDayClosed as problem:
        raise HttpError(409, str(problem)) from None


def _learning(row: RiskLearning | None) -> dict[str, Any]:
    if row is None:
        unknown = ("id", "known_on", "asked_at", "begun_at", "done_at")
        reason = "nobody has asked for models: POST /risk/models does; each month the worker learns by itself"
        return {"state": "none", "reason": reason, "made": [], **dict.fromkeys(unknown)}
    plain = ("state", "reason", "known_on", "asked_at", "begun_at", "done_at", "made")
    return {"id": row.pk, **{name: getattr(row, name) for name in plain}}


@router.post("/models/{int:model_id}/deeds", response=ModelOut, summary="Use or withdraw a risk model")
@grants(Permission.HEALTH_CONFIGURE)
def do_model(request: ApiRequest, model_id: Id, body: DeedIn) -> Any:
    """Safe to repeat. The worker then tells everybody anew."""
    deed = learning.use if body.do == "use" else learning.withdraw
    try:
        row = deed(_one(model_id), by=Actor.of(request.member), at=request.at, reason=body.reason.replace("\0", ""))
    except (learning.NoReason, learning.NotUsable) as refused:
        raise HttpError(409, str(refused)) from None
    return reports.of_version(RiskModelVersion.objects.get(pk=row.pk))


def _one(key: int) -> RiskModelVersion:
    found = RiskModelVersion.objects.filter(pk=key).first()
    if found is None:
        raise Http404(f"no risk model {key}")
    return found


def within(member: Member, permission: Permission) -> QuerySet[Account] | None:
    """The accounts of a member who may not see all of them; None for all."""
    if allowed(member, permission) is Scope.ALL:
        return None
    return Account.objects.for_member(member, permission)


def reach(member: Member, permission: Permission) -> list[int] | None:
    """The same as ids."""
    rows = within(member, permission)
    return None if rows is None else list(rows.values_list("pk", flat=True))
