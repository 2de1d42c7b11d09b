"""REST: subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, expected, page
from nenrin.api.reach import belonging, one_account
from nenrin.customers import queries, subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Plan, Subscription
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.customers.subscription_entries import STEP
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

router = Router(tags=["subscriptions"])
SORTS = {"id", "starts_on", "ends_on", "notice_deadline", "mrr_minor", "changed_at"}
VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.SUBSCRIPTIONS_EDIT
_MOST = 2**53
_AMOUNT = Field(ge=-_MOST, le=_MOST)


class StepIn(Strict):
    """A price from a day on: minor units of the currency a month, tax excluded. `list_minor`: before a discount that ends
    (0: none); `committed_minor`: the least of metered usage, beside the price."""

    from_on: date
    mrr_minor: int = _AMOUNT
    seats: int = Field(0, ge=0, le=2**31 - 1)
    list_minor: int = Field(0, ge=0, le=_MOST)
    committed_minor: int = Field(0, ge=0, le=_MOST)


class SubscriptionIn(Strict):
    """Fields to set. A new `mrr_minor`, `committed_minor` or `seats` is a price step from today; `steps` replaces all of them.

    `list_minor` with `discount_until` (its last day): the price is discounted until then, and the list price after it.
    `metered`: billed usage by month, as in {"2026-05": 1200}; months not sent stay, null takes one back.
    `billed_to`: the first day not billed. `is_ramp`: the steps of the first term are one deal. `is_credit`: a reduction,
    whose amounts are below zero.
    """

    account_id: Id | None = None
    plan: Word | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    term_months: int | None = None
    auto_renews: bool | None = None
    notice_months: int | None = None
    notice_days: int | None = None
    notice_deadline: date | None = None
    currency: str | None = None
    mrr_minor: int | None = None
    seats: int | None = None
    steps: list[StepIn] | None = None
    list_minor: int | None = None
    discount_until: date | None = None
    committed_minor: int | None = None
    metered: dict[str, int | None] | None = None
    billed_to: date | None = None
    is_ramp: bool | None = None
    is_credit: bool | None = None
    noticed_on: date | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class NewSubscription(SubscriptionIn):
    account_id: Id
    starts_on: date


class SubscriptionOut(Strict):
    id: int
    account_id: int
    namespace: str
    key: str
    plan: str | None
    product: str | None
    status: str
    signed_on: date | None
    starts_on: date
    term_from: date
    ends_on: date
    term_months: int
    renewals: int
    auto_renews: bool
    notice_months: int
    notice_days: int
    notice_deadline: date | None
    notice_is_explicit: bool
    noticed_on: date | None
    ended_on: date | None
    end_reason: str
    replaced_by_id: int | None
    currency: str
    mrr_minor: int
    seats: int
    steps: list[StepIn]
    list_minor: int
    discount_until: date | None
    committed_minor: int
    metered: dict[str, int]
    billed_to: date | None
    is_ramp: bool
    is_credit: bool
    warnings: list[str]
    created_at: datetime
    changed_at: datetime
    version: int


class Filters(Window):
    account_id: Id | None = None
    status: SubscriptionStatus | None = None
    plan: Word = ""
    notice_before: date | None = None
    renewal_before: date | None = None


_COMPUTED = {"plan", "product", "steps", "warnings"}
_PLAIN = [name for name in SubscriptionOut.model_fields if name not in _COMPUTED]


def shown(rows: Sequence[Subscription]) -> list[dict[str, Any]]:
    """Subscriptions with plan and steps loaded."""
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {
            "plan": row.plan.key if row.plan else None,
            "product": row.plan.product.key if row.plan else None,
            "steps": [{name: getattr(step, name) for name in STEP} for step in row.steps.all()],
            "warnings": [],
        }
        for row in rows
    ]


def _answer(row: Subscription, response: HttpResponse) -> dict[str, Any]:
    row = Subscription.objects.select_related("plan__product", "account").prefetch_related("steps").get(pk=row.pk)
    response["ETag"] = f'"{row.version}"'
    return shown([row])[0] | {"warnings": [warning.en for warning in queries.warnings(row)]}


def _fields(body: SubscriptionIn) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True, exclude={"version", "account_id"})
    if given.get("plan") is not None:
        given["plan"] = (
            Plan.objects.filter(key=given["plan"], archived_at__isnull=True).select_related("product").first()
        )
        if given["plan"] is None:
            raise Refused.one("plan", Text("no such plan on offer", "提供中のプランにない"), body.plan)
    if "steps" in given:
        given["steps"] = [Step(**step.model_dump()) for step in body.steps or ()]
    clearable = {"plan", "signed_on", "notice_deadline", "noticed_on", "ended_on", "discount_until", "billed_to"}
    return {name: value for name, value in given.items() if value is not None or name in clearable}


@router.get("", response=Page[SubscriptionOut], summary="List subscriptions")
@grants(VIEW)
def list_subscriptions(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Subscriptions of accounts in your scope, a page at a time."""
    rows = Subscription.objects.for_member(request.member, VIEW).standing()
    wanted = {
        "account": filters.account_id,
        "status": filters.status,
        "plan__key": filters.plan,
        "notice_deadline__lt": filters.notice_before,
        "ends_on__lt": filters.renewal_before,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page(rows.select_related("plan__product").prefetch_related("steps"), filters, SORTS, shown)


@router.post("", response={201: SubscriptionOut}, summary="Sign a subscription")
@grants(EDIT)
def sign_subscription(request: ApiRequest, body: NewSubscription, response: HttpResponse) -> Any:
    """Sign; the account becomes a customer. `ends_on` only for a first term of its own length."""
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    row = subscriptions.sign(account, by=Actor.of(request.member), at=request.at, **_fields(body))
    return Answer(201, _answer(row, response))


@router.get("/{int:subscription_id}", response=SubscriptionOut, summary="Get a subscription")
@grants(VIEW)
def get_subscription(request: ApiRequest, subscription_id: Id, response: HttpResponse) -> Any:
    """One subscription with its price steps and what looks wrong with it."""
    return _answer(belonging(Subscription, request.member, VIEW, subscription_id), response)


@router.patch("/{int:subscription_id}", response=SubscriptionOut, summary="Change a subscription")
@grants(EDIT)
def change_subscription(
    request: ApiRequest,
    subscription_id: Id,
    body: SubscriptionIn,
    response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:
    """Change the fields that are sent. `noticed_on` gives notice, `ended_on` ends it; null takes either back."""
    row = belonging(Subscription, request.member, EDIT, subscription_id)
    if body.account_id not in {None, row.account_id}:
        raise Refused.one(
            "account_id", Text("a contract stays with its account", "契約は顧客を移せない"), body.account_id
        )
    version = expected(if_match, body.version)
    changed = subscriptions.change(row, by=Actor.of(request.member), at=request.at, version=version, **_fields(body))
    return _answer(changed, response)


@router.put(
    "/by-key/{namespace}/{path:key}",
    response={200: SubscriptionOut, 201: SubscriptionOut},
    summary="Sign or change by key",
)
@grants(EDIT)
def put_subscription(
    request: ApiRequest, namespace: Word, key: Word, body: SubscriptionIn, response: HttpResponse
) -> Any:
    """Sign the subscription of this key (201, needs `account_id` and `starts_on`) or change it (200). Safe to repeat."""
    there = subscriptions.find_many([(namespace, key)]).get((namespace, key))
    by, given = Actor.of(request.member), _fields(body)
    if there is not None:
        row = belonging(Subscription, request.member, EDIT, there.pk)
        changed = subscriptions.change(row, by=by, at=request.at, version=expected(None, body.version), **given)
        return Answer(200, _answer(changed, response))
    if body.account_id is None:
        raise Refused.one("account_id", Text("a new contract needs its account", "新規の契約には顧客が必要"))
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    made = subscriptions.sign(account, by=by, at=request.at, namespace=namespace, key=key, **given)
    return Answer(201, _answer(made, response))


@router.delete("/{int:subscription_id}", response={204: None}, summary="Archive a subscription")
@grants(EDIT)
def archive_subscription(request: ApiRequest, subscription_id: Id, if_match: Header[str | None] = None) -> Any:
    """Take it out of every list and figure, as if never signed."""
    row = belonging(Subscription, request.member, EDIT, subscription_id)
    subscriptions.archive(row, by=Actor.of(request.member), at=request.at, version=expected(if_match, None))
    return Answer(204, None)
