"""REST: the same done to many accounts at once, and taken back within an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from ninja import Field, Router

from nenrin.api.guard import ApiRequest, Denied, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers import ownership, tags, taking_back
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text

router = Router(tags=["accounts"])
EDIT, ASSIGN = Permission.ACCOUNTS_EDIT, Permission.ACCOUNTS_ASSIGN
MOST = 5000
#: For so long what was done to many can be taken back.
FOR = timedelta(hours=1)
_TOO_LATE = Text("a deed of the last hour", "1時間以内の操作のみ")


class ManyAccounts(Strict):
    """`tag` and `untag` take `tag`; `assign` takes `member_id` and what assigning takes: it gives the main owner."""

    ids: list[Id] = Field(max_length=MOST)
    do: Literal["tag", "untag", "assign"]
    tag: str = Field("", max_length=60)
    member_id: Id | None = None


class ManyAccountsDone(Strict):
    """`undo` goes to /accounts/many/undo."""

    changed: int
    undo: str


class ManyAccountsUndo(Strict):
    undo: datetime


class ManyAccountsUndone(Strict):
    changed: int


@router.post("/many", response=ManyAccountsDone, summary="Do the same to many accounts")
@grants(EDIT)
def do_many_accounts(request: ApiRequest, body: ManyAccounts) -> Any:
    """Accounts in your scope; the others stay as they are and are not counted. Safe to repeat."""
    needed, by = (ASSIGN if body.do == "assign" else EDIT), Actor.of(request.member)
    if allowed(request.member, needed) is None:
        raise Denied(f"the role {request.member.role} does not hold {needed.value}")
    mine = Account.objects.for_member(request.member, needed).standing().filter(pk__in=body.ids).order_by("pk")
    if body.do == "assign":
        receiver = _receiver(body)
        wanted = [ownership.Wanted(key, receiver.pk) for key in mine.values_list("pk", flat=True)]
        changed = ownership.assign_many(wanted, by=by, at=request.at)
    else:
        if not body.tag.strip():
            raise Refused.one("tag", Text("a word", "タグの名称"))
        side = "add" if body.do == "tag" else "remove"
        changed = tags.change(list(mine), **{side: [body.tag.strip()]}, by=by, at=request.at)
    return {"changed": changed, "undo": request.at.isoformat()}


@router.post("/many/undo", response=ManyAccountsUndone, summary="Take back what was done to many accounts")
@grants(EDIT)
def undo_many_accounts(request: ApiRequest, body: ManyAccountsUndo) -> Any:
    """Your own deed of the last hour; owners only where nobody has changed them since. Safe to repeat."""
    if body.undo.tzinfo is None or not timedelta() <= request.at - body.undo <= FOR:
        raise Refused.one("undo", _TOO_LATE, body.undo)
    deeds = (taking_back.TAGGED, taking_back.GIVEN)
    return {"changed": sum(taking_back.deed(request.member, deed, body.undo, at=request.at) for deed in deeds)}


def _receiver(body: ManyAccounts) -> Member:
    found = Member.objects.filter(pk=body.member_id or 0, is_active=True).first()
    if found is None:
        raise Refused.one("member_id", Text("an active member", "有効なメンバー"), body.member_id)
    return found
