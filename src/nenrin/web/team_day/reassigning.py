"""Giving a member's accounts to a colleague, many at once: chosen, looked at in minutes, then done or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money, Text
from nenrin.web import navigation, toasts
from nenrin.web.accounts import undo
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.team_day.pages import members
from nenrin.work import capacity, handing_over
from nenrin.work.capacity import Move

ASSIGN = Permission.ACCOUNTS_ASSIGN
MOST = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says: whose accounts, to whom, which, and whether the colleague is asked first."""

    giver: Member
    receiver: Member | None
    accounts: tuple[int, ...]
    asks_first: bool
    note: str


@requires(ASSIGN)
def reassign(request: MemberRequest, key: int) -> HttpResponse:
    """Choose, look, do: `do=move` in the form gives them at once, `do=ask` asks the colleague to take over."""
    asked = _asked(request, key)
    owned = _owned(request, asked.giver)
    chosen = [account for account in owned if account.pk in asked.accounts]
    do = request.POST.get("do", "")
    if request.method == "POST" and do in {"move", "ask"} and asked.receiver and chosen:
        return _done(request, asked, chosen, do)
    move = _look(asked, chosen, own_money.on(navigation.today(request))) if request.method == "POST" else None
    context: dict[str, Any] = {
        "as_of": request.at,
        "giver": asked.giver,
        "rows": [
            (account, Money(12 * account.mrr_minor, account.currency), account.pk in asked.accounts)
            for account in owned
        ],
        "receivers": [one for one in members() if one.pk != asked.giver.pk],
        "asked": asked,
        "move": move,
        "problem": _problem(request, asked, chosen),
    }
    return render(request, "team_day/reassign.html", context, status=422 if context["problem"] else 200)


def _asked(request: MemberRequest, key: int) -> Asked:
    giver = Member.objects.filter(pk=key).first()
    if giver is None:
        raise Http404
    said = request.POST
    receiver = whole(said.get("receiver"))
    ids = (whole(value) for value in said.getlist("account")[:MOST])
    return Asked(
        giver, Member.objects.filter(pk=receiver, is_active=True).exclude(pk=key).first() if receiver else None,
        tuple(one for one in ids if one), "ask" in said, plain(said.get("note"), 1000),
    )  # fmt: skip


def _owned(request: MemberRequest, giver: Member) -> Sequence[Account]:
    rows = Account.objects.for_member(request.user, ASSIGN).standing().exclude(status=Status.LOST)
    mine = rows.filter(pk__in=capacity.owned(giver)).select_related("health")
    return list(mine.order_by("-mrr_minor", "pk")[:MOST])


def _look(asked: Asked, chosen: Sequence[Account], own: OwnMoney) -> Move | None:
    return capacity.move(chosen, asked.giver, asked.receiver, own) if asked.receiver and chosen else None


def _problem(request: MemberRequest, asked: Asked, chosen: Sequence[Account]) -> Text | None:
    if request.method != "POST":
        return None
    if not chosen:
        return Text("Choose at least one account.", "顧客を1社以上選んでください。")
    return None if asked.receiver else Text("Choose a colleague.", "受け取るメンバーを選んでください。")


def _done(request: MemberRequest, asked: Asked, chosen: Sequence[Account], do: str) -> HttpResponse:
    assert asked.receiver is not None
    by, receiver = Actor.of(request.user), asked.receiver
    if do == "ask":
        made = handing_over.propose_many(chosen, receiver, by=by, at=request.at, note=asked.note)
        said = Text(
            f"{receiver.name} asked to take over {format.counted(len(made), 'account')}.",
            f"{receiver.name}に{len(made)}社の引き継ぎを依頼しました。",
        )
        toasts.say(request, said)
    else:
        count = ownership.assign_many([ownership.Wanted(a.pk, receiver.pk) for a in chosen], by=by, at=request.at)
        said = Text(
            f"{format.counted(count, 'account')} given to {receiver.name}.",
            f"{count}社の担当を{receiver.name}に変更しました。",
        )
        toasts.say(request, said, undo_url=undo.keep_deed(request, "customers.owner."))
    return HttpResponseRedirect(reverse("team-day"))


urlpatterns = [path("team-day/members/<int:key>/reassign", reassign, name="team-day-reassign")]
