"""REST: the ROI simulator. Money in minor units, shares of one, churn by the month."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from ninja import Field, Query, Router
from ninja import Status as Answer

from nenrin.analytics.roi import claims
from nenrin.analytics.roi.claims import Claim
from nenrin.analytics.roi.companies import INPUTS
from nenrin.api.guard import ApiRequest, Denied, grants
from nenrin.api.lifetimes import VIEW, reach
from nenrin.api.paging import Strict
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.lifetimes import baselines, scenarios
from nenrin.insight.lifetimes.baselines import Beginning, NothingToFreeze
from nenrin.insight.revenue import policies
from nenrin.values import Text

router = Router(tags=["value"])
EDIT = Permission.HEALTH_CONFIGURE


def _between(key: str) -> Any:
    return Field(None, ge=INPUTS[key].low, le=INPUTS[key].high)


class Scenario(Strict):
    """What is left out comes from the organisation's contracts, or is the product's assumption; both are answered."""

    mrr: float | None = _between("mrr")
    churn: float | None = _between("churn")
    churn_after: float | None = _between("churn_after")
    new_mrr: float | None = _between("new_mrr")
    arpa: float | None = _between("arpa")
    margin: float | None = _between("margin")
    discount: float | None = _between("discount")
    cac: float | None = _between("cac")
    contact_cost: float | None = _between("contact_cost")
    uplift: float | None = _between("uplift")
    csm_cost: float | None = _between("csm_cost")
    budget: float | None = _between("budget")
    years: int | None = _between("years")
    from_today: bool = False


class ReadingOut(Strict):
    says_en: str
    says_ja: str
    before: float | None
    after: float
    unit: str


class SwingOut(Strict):
    """The effect with this input a fifth lower and higher."""

    input: str
    low: float
    high: float


class ClaimOut(Strict):
    """`effect` is over what `over_*` says; `headcount` how many CSMs the gross profit of a year pays for; `before` and
    `after` are MRR by month."""

    claim: str
    slogan_en: str
    slogan_ja: str
    holds_en: str
    holds_ja: str
    assumptions_en: list[str]
    assumptions_ja: list[str]
    formula: str
    over_en: str
    over_ja: str
    effect: float
    headcount: float
    readings: list[ReadingOut]
    tornado: list[SwingOut]
    before: list[float]
    after: list[float]


class ElsewhereOut(Strict):
    """Running accounts in another currency, in none of the figures: MRR in its minor units."""

    currency: str
    accounts: int
    mrr: int


class BaselineOut(Strict):
    """The figures of all accounts as they were frozen: `churn` by the month, `cac` null where it is unknown or not shown."""

    number: int
    taken_on: date
    currency: str
    note: str
    mrr: int
    accounts: int
    churn: float | None
    new_mrr: int
    cac: float | None


class BaselineIn(Strict):
    """Why a new one begins."""

    note: str = Field(min_length=1, max_length=300)


class RoiOut(Strict):
    """`own` names the inputs that came from the organisation's contracts, and CAC from its costs where the member may see
    them; they are the baseline's where there is one, unless `from_today` was asked for."""

    currency: str
    baseline: BaselineOut | None
    elsewhere: list[ElsewhereOut]
    inputs: dict[str, float]
    own: list[str]
    claims: list[ClaimOut]


@router.get("", response=RoiOut, summary="Simulate the return of customer success")
@grants(VIEW)
def get_roi(request: ApiRequest, asking: Query[Scenario]) -> Any:
    """The six slogans on the organisation's figures, or on those that are given."""
    currency, today = organisation.current().currency, organisation.today(request.at)
    begun = _begun(request, today, currency)
    start = begun.start(asking.from_today)
    told = {key: value for key, value in asking.model_dump(exclude={"from_today"}).items() if value is not None}
    company = scenarios.company(start, policies.live(today))
    for key, value in told.items():
        company = company.with_(key, value)
    return {
        "currency": currency,
        "baseline": _baseline(begun),
        "elsewhere": [asdict(one) for one in start.elsewhere],
        "inputs": {key: getattr(company, key) for key in INPUTS},
        "own": [key for key in scenarios.known(start) if key not in told],
        "claims": [_claim(one) for one in claims.simulate(company)],
    }


@router.post("/baseline", response={201: BaselineOut}, summary="Start a new baseline of the return")
@grants(EDIT)
def post_baseline(request: ApiRequest, body: BaselineIn) -> Any:
    """Freezes today's figures of all accounts; the earlier baselines stay as they are."""
    if reach(request.member) is not None:
        raise Denied("a baseline is of all accounts: your role sees its own only")
    currency, today = organisation.current().currency, organisation.today(request.at)
    try:
        baselines.take(today, currency, note=body.note, by=Actor.of(request.member), at=request.at)
    except NothingToFreeze as problem:
        words = Text("no contract with a price runs: nothing to freeze", "金額のある契約がないため保存できない")
        raise Refused([Fault("note", words, body.note)]) from problem
    return Answer(201, _baseline(_begun(request, today, currency)))


def _begun(request: ApiRequest, today: date, currency: str) -> Beginning:
    sees_costs = allowed(request.member, Permission.COSTS_VIEW) is not None
    return baselines.beginning(today, currency, accounts=reach(request.member), sees_costs=sees_costs)


def _baseline(begun: Beginning) -> dict[str, Any] | None:
    if begun.row is None or begun.then is None:
        return None
    row, then = begun.row, begun.then
    own = {name: getattr(then, name) for name in ("mrr", "accounts", "churn", "new_mrr", "cac")}
    return own | {"number": row.number, "taken_on": row.taken_on, "currency": row.currency, "note": row.note}


def _claim(claim: Claim) -> dict[str, Any]:
    recipe = claim.recipe
    texts = {"slogan": recipe.slogan, "holds": recipe.holds, "over": recipe.over}
    said = {f"{name}_{language}": text.in_(language) for name, text in texts.items() for language in ("en", "ja")}
    return said | {
        "claim": recipe.key,
        "assumptions_en": [text.en for text in recipe.assumptions],
        "assumptions_ja": [text.ja for text in recipe.assumptions],
        "formula": recipe.formula,
        "effect": claim.effect,
        "headcount": claim.headcount,
        "readings": [
            {"says_en": one.says.en, "says_ja": one.says.ja, "before": one.before, "after": one.after, "unit": one.unit}
            for one in claim.readings
        ],
        "tornado": [{"input": bar.key, "low": bar.low, "high": bar.high} for bar in claim.tornado],
        "before": list(claim.path.before),
        "after": list(claim.path.after),
    }
