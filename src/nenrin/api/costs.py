"""REST: costs, and hours that our people spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.analytics.economics.categories import CATEGORIES
from nenrin.api import facts
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.api.reach import one_account
from nenrin.customers.errors import Refused
from nenrin.customers.models import Product, TouchModel
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import costs, efforts
from nenrin.ingest.models import Cost, Effort
from nenrin.values import Money, Text

router = Router(tags=["costs"])
hours = Router(tags=["costs"])
VIEW, EDIT = Permission.COSTS_VIEW, Permission.COSTS_EDIT
SORTS = {"id", "month", "category", "changed_at"}


class SpentIn(Strict):
    """`month`: any day of it. `product`, `touch_model`, `segment`: keys; empty where it was for no one of them alone."""

    month: date | None = None
    category: Word | None = None
    account_id: Id | None = None
    product: Word | None = None
    touch_model: Word | None = None
    segment: Word | None = Field(None, max_length=80)
    note: str | None = Field(None, max_length=300)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class CostIn(SpentIn):
    """`minor` in minor units of `currency`, without tax."""

    minor: int | None = Field(None, ge=-(2**53), le=2**53)
    currency: str | None = Field(None, max_length=3)


class HoursIn(SpentIn):
    minutes: int | None = Field(None, ge=0, le=4_500_000)
    person: Word | None = Field(None, max_length=120)


class SpentOut(Strict):
    id: int
    namespace: str
    key: str
    month: date
    category: str
    account_id: int | None
    product: str
    touch_model: str
    segment: str
    note: str
    created_at: datetime
    changed_at: datetime
    version: int


class CostOut(SpentOut):
    minor: int
    currency: str


class HoursOut(SpentOut):
    minutes: int
    person: str


class Filters(Window):
    """`month_from` and `month_to` both count."""

    account_id: Id | None = None
    category: Word = ""
    touch_model: Word = ""
    product: Word = ""
    month_from: date | None = None
    month_to: date | None = None


def _found(rows: Any, filters: Filters) -> Any:
    wanted = {
        "account": filters.account_id, "category": filters.category, "touch_model": filters.touch_model,
        "product": filters.product, "month__gte": filters.month_from, "month__lte": filters.month_to,
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def _costs(rows: Sequence[Cost]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in CostOut.model_fields} for row in rows]


def _hours(rows: Sequence[Effort]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in HoursOut.model_fields} for row in rows]


def _checked(request: ApiRequest, given: dict[str, Any]) -> dict[str, Any]:
    """What was sent, with the month's first day; raises Refused for a name that there is not."""
    known: dict[str, Any] = {"category": CATEGORIES, "product": None, "touch_model": None}
    for name, model in (("product", Product), ("touch_model", TouchModel)):
        if given.get(name):
            known[name] = set(model._default_manager.values_list("key", flat=True))
    for name, keys in known.items():
        if given.get(name) and given[name] not in keys:
            told = ", ".join(sorted(keys))
            raise Refused.one(name, Text(f"one of {told}", f"{told}のいずれか"), given[name])
    if given.get("account_id") is not None:
        one_account(request.member, EDIT, given["account_id"], "account_id")
    return given | ({"month": given["month"].replace(day=1)} if given.get("month") else {})


def _merged(request: ApiRequest, body: SpentIn, there: Cost | Effort | None, *needed: str) -> dict[str, Any]:
    """What was sent over what stands; a new row needs month, category and what is counted."""
    given = _checked(request, body.model_dump(exclude_unset=True, exclude={"version"}))
    if there is None or there.retracted_at:
        facts.needed(given, "month", "category", *needed)
        return given
    return {name: getattr(there, name) for name in type(body).model_fields if name != "version"} | given


def _parts(merged: dict[str, Any]) -> dict[str, Any]:
    words = {name: merged.get(name) or "" for name in ("product", "touch_model", "segment", "note")}
    return words | {"month": merged["month"], "category": merged["category"], "account": merged.get("account_id")}


@router.get("", response=Page[CostOut], summary="List costs")
@grants(VIEW)
def list_costs(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Costs, a page at a time."""
    return page(_found(facts.reached(Cost, request, VIEW), filters), filters, SORTS | {"minor"}, _costs)


@router.put("/by-key/{namespace}/{path:key}", response={200: CostOut, 201: CostOut}, summary="Tell a cost by key")
@grants(EDIT)
def put_cost(
    request: ApiRequest, namespace: Word, key: Word, body: CostIn, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Tell a new cost (201; needs `month`, `category` and `minor`) or what has changed of it (200). Safe to repeat."""
    there = facts.keyed(Cost, request, EDIT, namespace, key)
    if there is not None and not there.retracted_at:
        facts.unchanged_since(there, if_match, body.version)
    merged = _merged(request, body, there, "minor")
    amount = Money(merged["minor"], facts.currency(merged.get("currency")))
    [written] = costs.put(
        [costs.Told(key=key, amount=amount, **_parts(merged))], namespace=namespace, **facts.manner(request)
    )
    facts.tagged(response, written.row)
    return Answer(201 if written.outcome == "created" else 200, _costs([written.row])[0])


@router.delete("/{int:cost_id}", response={204: None}, summary="Take a cost back")
@grants(EDIT)
def retract_cost(request: ApiRequest, cost_id: Id, if_match: Header[str | None] = None) -> Any:
    """It counts no longer, known from now on."""
    row = facts.one(Cost, request, EDIT, cost_id)
    facts.unchanged_since(row, if_match, None)
    costs.retract([row.pk], by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@hours.get("", response=Page[HoursOut], summary="List hours")
@grants(VIEW)
def list_hours(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Hours that our people spent, a page at a time."""
    return page(_found(facts.reached(Effort, request, VIEW), filters), filters, SORTS | {"minutes"}, _hours)


@hours.put("/by-key/{namespace}/{path:key}", response={200: HoursOut, 201: HoursOut}, summary="Tell hours by key")
@grants(EDIT)
def put_hours(
    request: ApiRequest, namespace: Word, key: Word, body: HoursIn, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Tell new hours (201; needs `month`, `category` and `minutes`) or what has changed of them (200). Safe to repeat."""
    there = facts.keyed(Effort, request, EDIT, namespace, key)
    if there is not None and not there.retracted_at:
        facts.unchanged_since(there, if_match, body.version)
    merged = _merged(request, body, there, "minutes")
    told = efforts.Told(key=key, minutes=merged["minutes"], person=merged.get("person") or "", **_parts(merged))
    [written] = efforts.put([told], namespace=namespace, **facts.manner(request))
    facts.tagged(response, written.row)
    return Answer(201 if written.outcome == "created" else 200, _hours([written.row])[0])


@hours.delete("/{int:hours_id}", response={204: None}, summary="Take hours back")
@grants(EDIT)
def retract_hours(request: ApiRequest, hours_id: Id, if_match: Header[str | None] = None) -> Any:
    """They count no longer, known from now on."""
    row = facts.one(Effort, request, EDIT, hours_id)
    facts.unchanged_since(row, if_match, None)
    efforts.retract([row.pk], by=Actor.of(request.member), at=request.at)
    return Answer(204, None)
