"""REST: how long customers stay and what that is worth, by tier and term, to read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.lifetimes import accounts, assumed, books, buyers, levels, reports
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.insight.lifetimes.worths import Convention
from nenrin.insight.models import Segment

router = Router(tags=["value"])
VIEW = Permission.SUBSCRIPTIONS_VIEW


class Asking(Strict):
    """`count`: DEL (whole), DEL - 1 (acquired) or DERL at the end of a term (before_1 ...). `segment`: its id, where `by` is segment.
    Known at the end of `as_of` (today); margin and discount rate a year as shares of one, both assumptions: those of the metric policy unless others are told."""

    as_of: date | None = None
    by: Literal["tier", "all", "plan", "segment"] = "tier"
    segment: int | None = Field(None, ge=1, le=2**63 - 1)
    margin: Annotated[float, Field(ge=0.01, le=1)] | None = None
    discount: Annotated[float, Field(ge=0.01, le=1)] | None = None
    count: Convention = "whole"


class LifetimeModelOut(Strict):
    """`errors` null where the data ask for a simpler model."""

    kind: str
    parameters: list[float]
    errors: list[float] | None
    log_likelihood: float
    bic: float


class OccasionOut(Strict):
    """Occasion 0 is the signature. `expected` null: not enough data for a model."""

    occasion: int
    at_risk: int
    lost: int
    observed: float
    low: float
    high: float
    expected: float | None


class IntervalOut(Strict):
    value: float
    low: float
    high: float


class LevelOut(Strict):
    """A customer's gross profit at one level; levels cannot be compared. L0 plain: margin over constant churn; L1 discounted; L2 the
    first three_years and five_years; L3 growing as today's customers have; L4 model (DEL); L5 own: today's customers, each with
    its renewals and price, still to come. `value` null: the sum has no end."""

    level: str
    name: str
    value: float | None


class LifetimeOut(Strict):
    """`tier` is the group's key (of a segment: `in` or `out`). `models` is empty where there was not enough: then the model is `borrowed` from all
    groups, or `reason` says why there is none; money in minor units, intervals of 90 %.
    `payments`: discounted lifetime of a new customer in terms (DEL)."""

    tier: str
    term_months: int
    customers: int
    losses: int
    reason: str
    borrowed: bool
    occasions: list[OccasionOut]
    models: list[LifetimeModelOut]
    payments: IntervalOut | None
    new_customer: IntervalOut | None
    still_to_come: IntervalOut | None
    levels: list[LevelOut]


class BuyersOut(Strict):
    """Customers who are invoiced without a contract: how many are probably still there (`alive`), purchases and revenue expected within
    a year; null with the `reason`."""

    customers: int
    bought_again: int
    alive: float | None
    purchases: float | None
    revenue: float | None
    reason: str


class LifetimesOut(Strict):
    """`levels` of a part are empty where it has no model of its own. `without_contract` null: nobody is invoiced without one."""

    as_of: date
    currency: str
    margin: float
    discount: float
    count: Convention
    items: list[LifetimeOut]
    without_contract: BuyersOut | None


@router.get("", response=LifetimesOut, summary="Get lifetime values by tier and term")
@grants(VIEW)
def get_lifetimes(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Of the accounts that the token's member may see. A day ahead is read as today."""
    today, currency = organisation.today(request.at), organisation.current().currency
    day = min(asking.as_of or today, today)
    given, within = assumed.given(today, asking.margin, asking.discount, asking.count), reach(request.member)
    if asking.by == "segment" and not Segment.objects.filter(pk=asking.segment or 0, archived_at__isnull=True).exists():
        raise HttpError(422, "segment: the id of a segment, where by is segment")
    book = books.read(day, within)
    parts = lifetimes.slices(book, currency, given, asking.by, asking.segment)
    items = [reports.of_part(part, levels.levels(part, book, currency, given)) for part in parts]
    bought = buyers.read(books.read(day), currency, None if within is None else frozenset(within))
    told = {
        "as_of": day,
        "currency": currency,
        "margin": given.margin,
        "discount": given.discount,
        "count": given.convention,
    }
    return told | {"items": items, "without_contract": reports.of_buyers(bought)}


class OwnRiskOut(Strict):
    """Probability of the decision to leave within `days`, the furthest horizon for which later months judged the model."""

    as_of: date
    days: int
    probability: float


class AccountLifetimeOut(Strict):
    """Gross profit still to come after the payment just made, in minor units of the account's `currency`; null with the
    `reason`. `left` is the chance that it is a customer after so many years; `borrowed`: the model is that of all tiers,
    moved by this one's customers. `by` own_risk: up to the last renewal within `risk.days` the account's own
    probability counts, from then on its group's lifetimes; `group` is what those alone would say, `why_group` why they
    count alone."""

    account: int
    as_of: date
    tier: str
    term_months: int | None
    renewals_passed: int
    currency: str
    mrr_minor: int
    notice_given: bool
    borrowed: bool
    payments: float | None
    still_to_come: IntervalOut | None
    stays_next: float | None
    left: dict[int, float]
    by: Literal["own_risk", "group"]
    risk: OwnRiskOut | None
    group: IntervalOut | None
    why_group: str
    reason: str


@router.get("/accounts/{int:account_id}", response=AccountLifetimeOut, summary="Get what an account is still worth")
@grants(VIEW)
def get_account_lifetime(request: ApiRequest, account_id: Id, asking: Query[Asking]) -> Any:
    """By its own risk, then the lifetimes of its tier and length of term; its renewals and its own MRR path."""
    account = editable(request.member, VIEW, account_id)
    today = organisation.today(request.at)
    given = assumed.given(today, asking.margin, asking.discount, asking.count)
    day = min(asking.as_of or today, today)
    return reports.of_account(accounts.own(books.read(day), account.pk, given), account.pk, day)


def reach(member: Member) -> list[int] | None:
    """The accounts of a member who may not see all of them; None for all."""
    if allowed(member, VIEW) is Scope.ALL:
        return None
    return list(Account.objects.for_member(member, VIEW).values_list("pk", flat=True))
