"""REST: exchange rates of month ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api import facts
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import rates
from nenrin.ingest.models import ExchangeRate

router = Router(tags=["revenue"])
VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.HEALTH_CONFIGURE
SORTS = {"id", "month", "currency", "changed_at"}


class RateIn(Strict):
    """`rate`: what one unit was worth, as decimal text. `into`: the organisation's currency where it is left out."""

    rate: str = Field(max_length=24)
    into: str | None = Field(None, max_length=3)
    note: str | None = Field(None, max_length=300)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class RateOut(Strict):
    """`month` is its first day; the rate is of its last."""

    id: int
    month: date
    currency: str
    into: str
    rate: str
    note: str
    created_at: datetime
    changed_at: datetime
    version: int


class RateFilters(Window):
    """`month_from` and `month_to` both count."""

    currency: Word = ""
    month_from: date | None = None
    month_to: date | None = None


def _shown(rows: Sequence[ExchangeRate]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in RateOut.model_fields} for row in rows]


@router.get("/rates", response=Page[RateOut], summary="List month-end exchange rates")
@grants(VIEW)
def list_rates(request: ApiRequest, filters: Query[RateFilters]) -> Any:
    """What other currencies were worth at month ends, a page at a time."""
    wanted = {"currency": filters.currency.upper(), "month__gte": filters.month_from, "month__lte": filters.month_to}
    rows: Any = ExchangeRate.objects.standing().filter(**{name: value for name, value in wanted.items() if value})
    return page(rows, filters, SORTS, _shown)


@router.put(
    "/rates/{month}/{currency}", response={200: RateOut, 201: RateOut}, summary="Tell a month-end exchange rate"
)
@grants(EDIT)
def put_rate(
    request: ApiRequest, month: date, currency: str, body: RateIn, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Tell a new rate (201) or correct the one that stands (200). `month`: any day of it. Safe to repeat."""
    month, into = month.replace(day=1), (body.into or organisation.current().currency).upper()
    wrong, rate = rates.fault(month, currency.upper(), into, organisation.today(request.at)), rates.plain(body.rate)
    if wrong is not None:
        given = {"month": month.isoformat(), "currency": currency, "into": body.into}
        raise Refused.one(wrong[0], wrong[1], given[wrong[0]])
    if rate is None:
        raise Refused.one("rate", rates.RATE, body.rate)
    there: Any = ExchangeRate.objects.standing().filter(key=rates.key(month, currency.upper(), into)).first()
    if there is not None:
        facts.unchanged_since(there, if_match, body.version)
    note = body.note if body.note is not None else (there.note if there else "")
    told = rates.Told(month, currency.upper(), into, rate, note)
    [written] = rates.put([told], namespace=rates.NAMESPACE, **facts.manner(request))
    facts.tagged(response, written.row)
    return Answer(201 if written.outcome == "created" else 200, _shown([written.row])[0])


@router.delete("/rates/{int:rate_id}", response={204: None}, summary="Take a month-end exchange rate back")
@grants(EDIT)
def retract_rate(request: ApiRequest, rate_id: Id, if_match: Header[str | None] = None) -> Any:
    """No figure knows it from now on; the accounts in that currency are not computable where its month opens or closes."""
    row: Any = get_object_or_404(ExchangeRate.objects.standing(), pk=rate_id)
    facts.unchanged_since(row, if_match, None)
    rates.retract([row.pk], by=Actor.of(request.member), at=request.at)
    return Answer(204, None)
