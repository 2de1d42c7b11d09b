"""REST: accounts of a member given to a colleague, many at once, or the colleague asked to take them over."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404
from ninja import Field, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers import ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import capacity, handing_over

router = Router(tags=["ownership"])
ASSIGN = Permission.ACCOUNTS_ASSIGN
MOST = 500


class ReassigningIn(Strict):
    """`move` gives the accounts at once; `ask` asks the colleague, who answers each."""

    account_ids: list[Id] = Field(default_factory=list, max_length=MOST)
    receiver_id: Id | None = None
    do: Literal["move", "ask"] = "ask"
    note: str = Field("", max_length=1000)


class ReassigningOut(Strict):
    """`changed`: accounts given, or handovers asked for; those asked for already are among them."""

    changed: int


@router.post("/{int:member_id}/reassign", response=ReassigningOut, summary="Give a member's accounts to a colleague")
@grants(ASSIGN)
def reassign_accounts(request: ApiRequest, member_id: Id, body: ReassigningIn) -> Any:
    """All of them or none: 422 where one is not looked after by this member in your scope. Safe to repeat by `ask`."""
    giver = Member.objects.filter(pk=member_id).first()
    if giver is None:
        raise Http404(f"no member {member_id}")
    chosen, receiver = _chosen(request, giver, body), _receiver(giver, body)
    by, note = Actor.of(request.member), body.note.replace("\0", "")
    if body.do == "ask":
        return {"changed": len(handing_over.propose_many(chosen, receiver, by=by, at=request.at, note=note))}
    wanted = [ownership.Wanted(one.pk, receiver.pk) for one in chosen]
    return {"changed": ownership.assign_many(wanted, by=by, at=request.at)}


def _chosen(request: ApiRequest, giver: Member, body: ReassigningIn) -> list[Account]:
    rows = Account.objects.for_member(request.member, ASSIGN).standing().exclude(status=Status.LOST)
    mine = rows.filter(pk__in=capacity.owned(giver)).filter(pk__in=body.account_ids).order_by("pk")
    found = list(mine.select_related("health"))
    missing = sorted(set(body.account_ids) - {one.pk for one in found})
    if missing or not found:
        said = Text("accounts that this member looks after", "このメンバーが担当する顧客")
        raise Refused.one("account_ids", said, ", ".join(str(key) for key in missing[:20]))
    return found


def _receiver(giver: Member, body: ReassigningIn) -> Member:
    found = Member.objects.filter(pk=body.receiver_id or 0, is_active=True).exclude(pk=giver.pk).first()
    if found is None:
        raise Refused.one("receiver_id", Text("an active colleague", "有効な別のメンバー"), body.receiver_id)
    return found
