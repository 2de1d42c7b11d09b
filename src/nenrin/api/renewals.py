"""REST: renewals ahead, and what is expected of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Strict, Window, page
from nenrin.customers.models import Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.work import renewal_lines, renewals
from nenrin.work.models import RenewalCall
from nenrin.work.renewal_lines import Line

router = Router(tags=["renewals"])
VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
SORTS = {"id", "ends_on", "mrr_minor"}
Word = Literal["commit", "likely", "open", "at_risk", "lost"]


class CallOut(Strict):
    """`number`: send it as `seen` with the next call. Words are null for roles that do not read personal data."""

    number: int
    call: Word
    probability: float
    expansion_minor: int | None
    reason: str | None
    next_step: str | None
    author_id: int | None
    made_at: datetime


class RenewalOut(Strict):
    """`probability` is the model's, null where data do not suffice; `is_apart`: it and the call differ by more than
    0.25."""

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
    call: CallOut | None


class CallIn(Strict):
    """`probability` in place of the one that the call stands for; `seen`: number of the call that you saw, 0 for none."""

    call: Word
    probability: float | None = Field(None, ge=0, le=1)
    expansion_minor: int | None = None
    reason: str = ""
    next_step: str = ""
    seen: int | None = Field(None, ge=0)


class Filters(Window):
    months: int = Field(6, ge=1, le=24)


@router.get("", response=Page[RenewalOut], summary="List renewals ahead")
@grants(VIEW)
def list_renewals(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Terms of 6 months and longer in your scope that are decided within so many months."""
    today = organisation.today(request.at)
    until = today + timedelta(days=round(filters.months * renewal_lines.MONTH))
    rows = Subscription.objects.for_member(request.member, VIEW).filter(renewals.PIPELINE)
    rows = rows.annotate(decision=Coalesce("notice_deadline", "ends_on")).filter(decision__range=(today, until))

    def shown(some: list[Subscription]) -> list[dict[str, Any]]:
        keys = [row.pk for row in some]
        found = {one.subscription: one for one in renewal_lines.of(Subscription.objects.all(), today, Q(pk__in=keys))}
        return [_line(found[key], request.member) for key in keys]

    return page(rows, filters, SORTS, shown)


@router.post("/{int:subscription_id}", response=CallOut, summary="Call a renewal")
@grants(EDIT)
def call_renewal(request: ApiRequest, subscription_id: int, body: CallIn) -> Any:
    """What you expect of this term's end; every call is kept, the last one holds."""
    row = Subscription.objects.for_member(request.member, EDIT).standing().filter(pk=subscription_id).first()
    if row is None:
        raise Http404(f"no subscription {subscription_id} in your scope")
    by = Actor.of(request.member)
    return _call(renewals.say(row, by=by, author=request.member, at=request.at, **body.dict()), request.member)


def _line(one: Line, member: Member) -> dict[str, Any]:
    return {
        "subscription_id": one.subscription, "account_id": one.account, "decision_on": one.decision_on,
        "days_left": one.days_left, "ends_on": one.ends_on, "auto_renews": one.auto_renews, "is_noticed": one.is_noticed,
        "mrr_minor": one.mrr.minor, "currency": one.mrr.currency, "band": one.band, "score": one.score,
        "probability": one.p, "probability_low": one.low, "probability_high": one.high, "is_apart": one.is_apart,
        "call": _call(one.call, member) if one.call else None,
    }  # fmt: skip


def _call(row: RenewalCall, member: Member) -> dict[str, Any]:
    may_read = visible(member, FieldClass.PERSONAL)
    words = {name: getattr(row, name) if may_read else None for name in ("reason", "next_step")}
    names = ("number", "call", "probability", "expansion_minor", "author_id", "made_at")
    return {name: getattr(row, name) for name in names} | words
