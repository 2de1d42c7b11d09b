"""REST: handovers among ourselves, deputies, and everybody's load against their capacity."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, expected, page
from nenrin.api.reach import one_account
from nenrin.customers import capacities, deputies, handovers
from nenrin.customers.errors import Refused
from nenrin.customers.models import Capacity, Deputy, Handover
from nenrin.customers.models.capacity import WHOLE
from nenrin.customers.statuses import Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.work import capacity, handing_over

router = Router(tags=["ownership"])
deputy_router = Router(tags=["ownership"])
load_router = Router(tags=["ownership"])
LOOKING_AFTER = ("csm", "onboarding", "head")


class HandoverOut(Strict):
    """`note` and `answer` are null for whoever may not read personal data. `contents`: what went along on acceptance."""

    id: int
    account_id: int
    phase: str
    giver_id: int | None
    receiver_id: int
    state: str
    note: str | None
    answer: str | None
    contents: dict[str, int]
    proposed_at: datetime
    answered_at: datetime | None


class HandoverIn(Strict):
    account_id: Id
    receiver_id: Id
    phase: Phase = Phase.PRIMARY
    note: str = Field("", max_length=handovers.MOST_WORDS)


class HandoverAnswerIn(Strict):
    """`reason` for decline."""

    do: Literal["accept", "decline", "withdraw"]
    reason: str = Field("", max_length=300)


class DeputyOut(Strict):
    id: int
    member_id: int
    deputy_id: int
    from_on: date
    until_on: date


class DeputyIn(Strict):
    """From a day up to and without another."""

    member_id: Id
    deputy_id: Id
    from_on: date
    until_on: date


class LoadOut(Strict):
    """`share_percent` of the working time is customer success's, the rest for `other_role` (a role's key, or words);
    `minutes_a_day` are those of the share. `minutes_today` of queue and due tasks, `queue_at` when the queue was made (null: not yet; then tasks alone).
    `minutes_left`: of the minutes a day, what today's meetings leave; 0 of who is away. `is_covered`: the deputy's minutes
    hold this member's rows."""

    member_id: int
    member: str
    accounts: int
    arr_minor: int
    at_risk: int
    at_risk_untouched: int
    tasks_due: int
    tasks_overdue: int
    minutes_today: int
    share_percent: int
    other_role: str
    minutes_a_day: int
    minutes_in_meetings: int
    minutes_left: int
    is_covered: bool
    queue_at: datetime | None
    planned_minutes_a_month: int
    minutes_a_month: int
    deputy_id: int | None


class CapacityIn(Strict):
    """`minutes_a_day` of a whole day for accounts, of which `share_percent` holds where customer success is not all that
    the member does. `other_role`, below 100: what the rest is for, the key of a role or its name, or a few words. `version`:
    of what you saw, unless If-Match names it."""

    minutes_a_day: int = Field(ge=0, le=capacities.MOST_MINUTES)
    most_accounts: int | None = Field(None, ge=0, le=100_000)
    share_percent: int = Field(WHOLE, ge=0, le=WHOLE)
    other_role: str = Field("", max_length=capacities.MOST_WORDS)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class CapacityOut(Strict):
    """As stated, or as usual where nobody stated any (`version` 0); `minutes` are those that the share leaves."""

    minutes_a_day: int
    most_accounts: int | None
    share_percent: int
    other_role: str
    minutes: int
    version: int


@router.get("", response=Page[HandoverOut], summary="List internal handovers")
@grants(Permission.TASKS_VIEW)
def list_handovers(request: ApiRequest, window: Query[Window]) -> Any:
    """Of the accounts in your scope, and those that go to you or to whom you stand in for."""
    rows = Handover.objects.for_member(request.member, Permission.TASKS_VIEW, organisation.today(request.at))
    return page(rows, window, {"id", "proposed_at"}, lambda found: [_shown(request, row) for row in found])


@router.post("", response={201: HandoverOut}, summary="Ask a member to take an account over")
@grants(Permission.ACCOUNTS_EDIT)
def propose(request: ApiRequest, body: HandoverIn) -> Any:
    """Asked again of the same member it is the same one."""
    account = one_account(request.member, Permission.ACCOUNTS_EDIT, body.account_id, "account_id")
    receiver, by = _member(body.receiver_id, "receiver_id"), Actor.of(request.member)
    note = body.note.replace("\0", "")
    row = handing_over.propose(account, receiver, phase=body.phase, note=note, by=by, at=request.at)
    return 201, _shown(request, row)


@router.post("/{int:handover_id}/answer", response=HandoverOut, summary="Accept, decline or take back a handover")
@grants(Permission.TASKS_VIEW)
def answer(request: ApiRequest, handover_id: Id, body: HandoverAnswerIn) -> Any:
    """The receiver, or their deputy, accepts or declines; who asked, or whoever assigns accounts, takes back. 409: answered already."""
    rows = Handover.objects.for_member(request.member, Permission.TASKS_VIEW, organisation.today(request.at))
    row = rows.filter(pk=handover_id).first()
    if row is None or not _may(request, row, body.do):
        raise Http404(f"no handover {handover_id} for you to answer")
    by, at = Actor.of(request.member), request.at
    try:
        if body.do == "accept":
            return _shown(request, handing_over.accept(row, by=by, at=at))
        if body.do == "decline":
            return _shown(request, handovers.decline(row, reason=body.reason.replace("\0", ""), by=by, at=at))
        return _shown(request, handovers.withdraw(row, by=by, at=at))
    except handovers.Answered as answered:
        raise HttpError(409, str(answered)) from None


def _may(request: ApiRequest, row: Handover, do: str) -> bool:
    if do != "withdraw":
        return handovers.may_answer(row, request.member, organisation.today(request.at))
    return row.proposed_by_id == request.member.pk or allowed(request.member, Permission.ACCOUNTS_ASSIGN) is not None


def _shown(request: ApiRequest, row: Handover) -> dict[str, Any]:
    may_read = visible(request.member, FieldClass.PERSONAL)
    plain = ("account_id", "phase", "giver_id", "receiver_id", "state", "contents", "proposed_at", "answered_at")
    said = {"note": row.note, "answer": row.answer} if may_read else {"note": None, "answer": None}
    return {"id": row.pk, **{name: getattr(row, name) for name in plain}, **said}


@deputy_router.get("", response=list[DeputyOut], summary="List deputies, now and later")
@grants(Permission.MEMBERS_VIEW)
def list_deputies(request: ApiRequest) -> Any:
    """Those whose absence is not over."""
    today = organisation.today(request.at)
    return list(Deputy.objects.filter(ended_at__isnull=True, until_on__gt=today)[:500].values(*_DEPUTY))


@deputy_router.post("", response={201: DeputyOut}, summary="Set a deputy for an absence")
@grants(Permission.TASKS_EDIT)
def appoint(request: ApiRequest, body: DeputyIn) -> Any:
    """Your own; anybody's for whoever assigns accounts."""
    member = _member(body.member_id, "member_id")
    if member.pk != request.member.pk and allowed(request.member, Permission.ACCOUNTS_ASSIGN) is None:
        raise Refused.one("member_id", Text("yourself", "自分のみ指定可"), body.member_id)
    deputy, by = _member(body.deputy_id, "deputy_id"), Actor.of(request.member)
    row = deputies.appoint(member, deputy, from_on=body.from_on, until_on=body.until_on, by=by, at=request.at)
    return 201, {name: getattr(row, name) for name in _DEPUTY}


@deputy_router.delete("/{int:deputy_id}", response={204: None}, summary="Take a deputy back")
@grants(Permission.TASKS_EDIT)
def end_deputy(request: ApiRequest, deputy_id: Id) -> Any:
    """Your own; anybody's for whoever assigns accounts. Safe to repeat."""
    row = Deputy.objects.filter(pk=deputy_id).first()
    is_mine = row is not None and row.member_id == request.member.pk
    if row is None or not (is_mine or allowed(request.member, Permission.ACCOUNTS_ASSIGN)):
        raise Http404(f"no deputy {deputy_id} for you to take back")
    deputies.end(row, by=Actor.of(request.member), at=request.at)
    return 204, None


_DEPUTY = ("id", "member_id", "deputy_id", "from_on", "until_on")


@load_router.get("", response=list[LoadOut], summary="Get everybody's load against their capacity")
@grants(Permission.CAPACITY_VIEW)
def list_loads(request: ApiRequest) -> Any:
    """Members of customer success, and whoever shares their time with it, with what they have to do today, the fullest
    first."""
    today = organisation.today(request.at)
    whose = Q(role__in=LOOKING_AFTER) | Q(capacity__share_percent__lt=WHOLE)
    members = Member.objects.filter(whose, is_active=True).order_by("pk")[:500]
    lines = capacity.lines(members, today, request.at, own_money.on(today))
    return [_load(line) for line in lines]


def _load(line: capacity.Line) -> dict[str, Any]:
    return {
        "member_id": line.member.pk, "member": line.member.name, "accounts": line.portfolio.accounts,
        "arr_minor": line.portfolio.arr, "at_risk": line.portfolio.at_risk, "at_risk_untouched": line.portfolio.untouched,
        "tasks_due": line.due.due, "tasks_overdue": line.due.overdue, "minutes_today": line.minutes,
        "share_percent": line.planned.percent, "other_role": line.planned.other_role,
        "minutes_a_day": line.minutes_a_day, "minutes_in_meetings": line.busy, "minutes_left": line.free,
        "is_covered": line.is_covered, "queue_at": line.queue.at if line.queue else None,
        "planned_minutes_a_month": line.planned.minutes, "minutes_a_month": line.planned.of_minutes,
        "deputy_id": line.deputy.pk if line.deputy else None,
    }  # fmt: skip


@load_router.get("/{int:member_id}/capacity", response=CapacityOut, summary="Get a member's capacity")
@grants(Permission.ACCOUNTS_ASSIGN)
def get_capacity(request: ApiRequest, member_id: Id, response: HttpResponse) -> Any:
    """What was stated, or what is usual; the ETag is its version."""
    member = _colleague(member_id)
    row = Capacity.objects.filter(member=member).first() or Capacity(member=member, version=0)
    response["ETag"] = f'"{row.version}"'
    return row


def _colleague(key: int) -> Member:
    member = Member.objects.filter(pk=key, is_active=True).first()
    if member is None:
        raise Http404(f"no member {key}")
    return member


@load_router.put("/{int:member_id}/capacity", response=CapacityOut, summary="State a member's capacity")
@grants(Permission.ACCOUNTS_ASSIGN)
def state_capacity(
    request: ApiRequest, member_id: Id, body: CapacityIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Minutes of a whole business day for accounts, the share of it that is customer success's, and accounts at most; what
    is not sent stands at its default. Safe to repeat. With If-Match or `version`, only if nobody else changed it since."""
    row = capacities.state(
        _colleague(member_id),
        minutes_a_day=body.minutes_a_day,
        most_accounts=body.most_accounts,
        share_percent=body.share_percent,
        other_role=body.other_role,
        version=expected(if_match, body.version),
        by=Actor.of(request.member),
        at=request.at,
    )
    response["ETag"] = f'"{row.version}"'
    return row


def _member(key: int, field: str) -> Member:
    found = Member.objects.filter(pk=key, is_active=True).first()
    if found is None:
        raise Refused.one(field, Text("no such active member", "有効なメンバーではない"), key)
    return found
