"""REST: customers who let go, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.work import loss_figures, losses
from nenrin.work.models import ChurnReason, Loss

router = Router(tags=["renewals"])
VIEW, EDIT = Permission.RENEWALS_VIEW, Permission.RENEWALS_EDIT
SORTS = {"id", "decided_on", "ends_on", "mrr_minor", "changed_at"}
_OWN = (
    *(
        "id",
        "account_id",
        "subscription_id",
        "decided_on",
        "ends_on",
        "mrr_minor",
        "currency",
        "owner_id",
        "returned_on",
    ),
    *("interviewed_on", "interviewer_id", "band_90", "score_90", "band_180", "score_180", "changed_at", "version"),
)
_WORDS = ("competitor", "words")


class LossOut(Strict):
    """`reason` null: not known yet. `band_90`, `score_90` and those of 180: what was shown so many days before the
    decision. Words are null for roles that do not read personal data."""

    id: int
    account_id: int
    subscription_id: int | None
    decided_on: date
    ends_on: date | None
    mrr_minor: int
    currency: str
    owner_id: int | None
    reason: str | None
    competitor: str | None
    words: str | None
    interviewed_on: date | None
    interviewer_id: int | None
    band_90: str
    score_90: float | None
    band_180: str
    score_180: float | None
    returned_on: date | None
    changed_at: datetime
    version: int


class LossIn(Strict):
    """Fields to change. `reason`: a key of the list, or "" for not known."""

    reason: str | None = None
    competitor: str | None = None
    words: str | None = None
    interviewed_on: date | None = None
    interviewer_id: Id | None = None
    version: int | None = None


class Filters(Window):
    account_id: Id | None = None
    reason: str | None = None
    state: Literal["unexplained", "running", "returned"] | None = None
    decided_from: date | None = None
    decided_before: date | None = None


class BarOut(Strict):
    """One reason; `key` empty: not known yet. `running`: share of the MRR up to and with it, the largest first."""

    key: str
    name_en: str
    name_ja: str
    count: int
    minor: int
    share: float
    running: float
    is_avoidable: bool | None


class FiguresOut(Strict):
    """MRR in minor units of `currency`; those of other currencies at the metric policy's rates; losses without a
    rate are counted in `foreign` and not added. `before`:
    days -> band -> how many were shown so on that day."""

    currency: str
    count: int
    minor: int
    unknown: int
    unknown_share: float | None
    interviewed: int
    avoidable: int
    foreign: int
    bars: list[BarOut]
    before: dict[int, dict[str, int]]


class Between(Strict):
    decided_from: date | None = None
    decided_before: date | None = None


def _shown(rows: Any, member: Member) -> list[dict[str, Any]]:
    may_read = visible(member, FieldClass.PERSONAL)
    return [
        {name: getattr(row, name) for name in _OWN}
        | {name: getattr(row, name) if may_read else None for name in _WORDS}
        | {"reason": row.reason.key if row.reason else None}
        for row in rows
    ]


@router.get("/figures", response=FiguresOut, summary="Add losses up by reason")
@grants(VIEW)
def get_figures(request: ApiRequest, between: Query[Between]) -> Any:
    """Of the accounts in your scope; the share without a reason is a figure to bring to nought."""
    own = own_money.on(organisation.today(request.at))
    rows = Loss.objects.for_member(request.member, VIEW).counted()
    told = loss_figures.of(_between(rows, between).select_related("reason", "account").order_by(), own)
    names = ("count", "minor", "unknown", "unknown_share", "interviewed", "avoidable", "foreign", "before")
    bars = [
        {name: getattr(bar, name) for name in ("key", "count", "minor", "share", "running", "is_avoidable")}
        | {"name_en": bar.name.en, "name_ja": bar.name.ja}
        for bar in told.bars
    ]
    return {name: getattr(told, name) for name in names} | {"currency": own.currency, "bars": bars}


def _between(rows: Any, asked: Any) -> Any:
    if asked.decided_from:
        rows = rows.filter(decided_on__gte=asked.decided_from)
    return rows.filter(decided_on__lt=asked.decided_before) if asked.decided_before else rows


@router.get("", response=Page[LossOut], summary="List losses")
@grants(VIEW)
def list_losses(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Of the accounts in your scope, withdrawn ones left out."""
    rows = Loss.objects.for_member(request.member, VIEW).standing().select_related("reason")
    if filters.account_id:
        rows = rows.filter(account=filters.account_id)
    if filters.reason is not None:
        rows = rows.filter(reason__key=filters.reason)
    if filters.state:
        rows = {"unexplained": rows.unexplained, "running": rows.running}.get(
            filters.state, lambda: rows.filter(returned_on__isnull=False)
        )()
    return page(_between(rows, filters), filters, SORTS, lambda some: _shown(some, request.member))


@router.patch("/{int:loss_id}", response=LossOut, summary="Explain a loss")
@grants(EDIT)
def explain_loss(request: ApiRequest, loss_id: int, body: LossIn) -> Any:
    """Say why; fields that are left out stay."""
    row = Loss.objects.for_member(request.member, EDIT).standing().filter(pk=loss_id).first()
    if row is None:
        raise Http404(f"no loss {loss_id} in your scope")
    given = body.dict(exclude_unset=True)
    version = given.pop("version", None)
    fields = {name: given[name] or "" for name in _WORDS if name in given}
    if "interviewed_on" in given:
        fields["interviewed_on"] = given["interviewed_on"]
    if "reason" in given:
        fields["reason"] = _reason(given["reason"])
    if "interviewer_id" in given:
        fields["interviewer"] = _member(given["interviewer_id"])
    done = losses.explain(row, by=Actor.of(request.member), at=request.at, version=version, **fields)
    return _shown([done], request.member)[0]


def _reason(key: str | None) -> ChurnReason | None:
    if not key:
        return None
    found = ChurnReason.objects.filter(key=key, archived_at__isnull=True).first()
    if found is None:
        raise Refused.one("reason", Text("a key of the list, or empty", "理由の一覧にあるキー、または空"), key)
    return found


def _member(key: int | None) -> Member | None:
    if key is None:
        return None
    found = Member.objects.filter(pk=key).first()
    if found is None:
        raise Refused.one("interviewer_id", Text("a member", "登録済みのメンバー"), key)
    return found
