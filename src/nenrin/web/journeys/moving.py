"""Moves: one account or many, with the question for a reason where criteria are unmet; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.journeys import common
from nenrin.web.listing import plain
from nenrin.work import journeys
from nenrin.work.journeys import designs, moving, placing
from nenrin.work.models import StageStay

MOST = 500
CHOOSE = Text("Choose a stage to move to.", "移動先のステージを選んでください。")


@require_POST
@requires(common.EDIT)
def move(request: MemberRequest, key: int) -> HttpResponse:
    """Bring one account to a stage. A question for a reason is a fragment for scripts, and a page without them."""
    account = find(request, key, common.EDIT)
    if account.archived_at is not None:
        raise Http404(f"account {key} is archived")
    if not request.POST.get("stage"):
        toasts.say(request, CHOOSE)
        return _back(request, account.pk)
    stage, reason = plain(request.POST.get("stage"), 12), request.POST.get("reason", "")
    expected = plain(request.POST.get("expected"), 12) if "expected" in request.POST else None
    was = account.stage
    try:
        stay = journeys.move(account, stage, reason=reason, expected=expected, by=Actor.of(request.user), at=request.at)
    except journeys.NeedsReason as refused:
        return _ask(request, account, stage, [one.text for one in refused.objections[account.pk]])
    except Conflict as conflict:
        stands = Text("", "") if not conflict.theirs else _word(account.pk, str(conflict.theirs["stage"]))
        toasts.say(request, _overtaken(account, stands))
        return _back(request, account.pk)
    except Refused as refused:
        return _ask(request, account, stage, [fault.text for fault in refused.faults])
    if stay is not None:
        said = Text(
            f"{account.name}: {_word(account.pk, was).en} → {_word(account.pk, stage).en}",
            f"{account.name}: {_word(account.pk, was).ja} → {_word(account.pk, stage).ja}",
        )
        toasts.say(request, said, undo_url=_undo_url(request, stay))
    return _back(request, account.pk)


def _undo_url(request: MemberRequest, stay: StageStay) -> str:
    return f"{reverse('journey-undo', args=[stay.pk])}?next={quote(_next(request), safe='')}"


def _word(account: int, stage: str) -> Text:
    versions = designs.in_use()
    version = placing.of([account], versions).get(account)
    found = moving.named(designs.shown(version) if version else None, stage)
    return found if stage else Text("No stage", "ステージなし")


def _overtaken(account: Account, stands: Text) -> Text:
    return Text(
        f"Somebody else has moved {account.name} meanwhile: it stands in {stands.en}.",
        f"{account.name}は別の人が移動済みです（現在: {stands.ja}）。",
    )


def _ask(request: MemberRequest, account: Account, stage: str, texts: Sequence[Text]) -> HttpResponse:
    if stage not in {one.value for one in Stage}:
        raise Http404(f"no stage {stage}")
    context = {
        "as_of": request.at, "account": account, "stage": stage, "texts": texts, "next": _next(request),
        "name": _word(account.pk, stage), "was": _word(account.pk, account.stage), "expected": account.stage,
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    if request.htmx:
        return render(request, "journeys/ask.html", context)
    return render(request, "journeys/move.html", context, status=422)


def _next(request: MemberRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(asked, {request.get_host()}) and asked.startswith("/")
    return asked if fits else reverse("journey")


def _back(request: MemberRequest, account: int) -> HttpResponse:
    """Where the move came from, with the focus on the card that moved."""
    to = _next(request)
    path_, _mark, query = to.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("moved="))
    to = f"{path_}?{kept}{'&' if kept else ''}moved={account}"
    if request.htmx:
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)


@require_POST
@requires(common.EDIT)
def undo(request: MemberRequest, key: int) -> HttpResponse:
    """A move was a mistake."""
    stay = StageStay.objects.for_member(request.user, common.EDIT).select_related("account").filter(pk=key).first()
    if stay is None:
        raise Http404(f"stay {key}")
    try:
        journeys.take_back(stay, by=Actor.of(request.user), at=request.at)
        toasts.say(request, Text("The move is taken back.", "移動を取り消しました。"))
    except Refused as refused:
        toasts.say(request, " ".join(fault.text.in_(get_language() or "ja") for fault in refused.faults))
    return _back(request, stay.account_id)


@require_POST
@requires(common.EDIT)
def move_many(request: MemberRequest) -> HttpResponse:
    """Bring the ticked accounts to a stage; those whose criteria are unmet stay, unless there is a reason."""
    told = [int(key) for key in request.POST.getlist("row")[:MOST] if key.isascii() and key.isdigit() and len(key) < 19]
    mine = Account.objects.for_member(request.user, common.EDIT).standing().filter(pk__in=told)
    keys = list(mine.order_by("pk").values_list("pk", flat=True))
    stage = plain(request.POST.get("stage"), 12)
    if not stage or not keys:
        toasts.say(request, CHOOSE if keys else Text("Tick the accounts to move.", "移動する顧客を選んでください。"))
        return HttpResponseRedirect(_next(request))
    try:
        outcome = journeys.move_many(
            keys, stage, reason=request.POST.get("reason", ""), by=Actor.of(request.user), at=request.at
        )
        toasts.say(request, _said(outcome))
    except Refused as refused:
        toasts.say(request, " ".join(fault.text.in_(get_language() or "ja") for fault in refused.faults))
    return HttpResponseRedirect(_next(request))


def _said(outcome: Any) -> Text:
    moved, stayed = len(outcome.moved), len(outcome.refused)
    en = f"{moved} moved." + (
        f" {stayed} stayed: their criteria are unmet. Give a reason to move them all the same." if stayed else ""
    )
    ja = f"{moved}件を移動しました。" + (
        f"{stayed}件は条件を満たさないため移動していません。移動するには理由を入力してください。" if stayed else ""
    )
    return Text(en, ja)


urlpatterns = [
    path("journey/accounts/<int:key>/move", move, name="journey-move"),
    path("journey/stays/<int:key>/undo", undo, name="journey-undo"),
    path("journey/move", move_many, name="journey-move-many"),
]
