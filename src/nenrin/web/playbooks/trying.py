"""A playbook tried on one account, and why an account is in it or not."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import lives, runs, trying, whys
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.values import Text
from nenrin.web import listing, toasts
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.playbooks import standing
from nenrin.web.playbooks.standing import Standing

FOUND = 12
STATES = {
    "in": Text("Inside", "実行中"),
    "waits": Text("Waiting", "待機中"),
    "held_out": Text("Left alone", "未実施グループ"),
    "may": Text("May come in", "対象"),
    "out": Text("Kept out", "対象外"),
}


@requires(Permission.PLAYBOOKS_VIEW)
def try_one(request: MemberRequest, key: str) -> HttpResponse:
    """Choose an account by name; then what would happen, step by step. Nothing is kept."""
    found = standing.of(key)
    account = _account(request)
    context = {**standing.head(request, found, "playbook"), **_choice(request), "chosen": account, "problems": []}
    if account is not None:
        try:
            live = lives.readable(found.shown, found.fields, found.setting)
            trace = trying.try_on(live, account, by=Actor.of(request.user), at=request.at, fields=found.fields,
                                  setting=found.setting)  # fmt: skip
            context["trace"] = trying.masked(trace, request.user)
        except Unreadable as wrong:
            context["problems"] = [one.text for one in wrong.problems]
    return render(request, "playbooks/try.html", context)


@requires(Permission.PLAYBOOKS_VIEW)
def why(request: MemberRequest, key: str) -> HttpResponse:
    """Why an account is in, waits, was kept out, is left alone, or does not match: rule by rule."""
    found = standing.of(key)
    account = _account(request)
    context = {**standing.head(request, found, "playbook-why"), **_choice(request), "chosen": account, "problems": [],
               "states": STATES, "may_start": standing.may(request, Permission.PLAYBOOKS_START)}  # fmt: skip
    if account is not None:
        context |= _why(request, found, account)
    return render(request, "playbooks/why.html", context)


def _why(request: MemberRequest, found: Standing, account: Account) -> dict[str, Any]:
    try:
        live = lives.readable(found.live or found.shown, found.fields, found.setting)
    except Unreadable as wrong:
        return {"problems": [one.text for one in wrong.problems]}
    told = whys.of(live, account, at=request.at, fields=found.fields, setting=found.setting)
    return {"why": told, "word": STATES[told.state]}


def _account(request: MemberRequest) -> Account | None:
    """The one that the address names, in the viewer's scope; raises Http404 for another."""
    asked = request.GET.get("account")
    if not asked:
        return None
    mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW).standing()
    return get_object_or_404(mine.select_related("owner"), pk=listing.whole(asked) or 0)


def _choice(request: MemberRequest) -> dict[str, Any]:
    q = listing.plain(request.GET.get("q"))
    mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW).standing()
    if not q and request.GET.get("account"):
        return {"q": q, "accounts": []}
    rows = mine.filter(name__icontains=q) if q else mine.filter(status="customer")
    return {"q": q, "accounts": rows.order_by("name")[:FOUND]}


@require_POST
@requires(Permission.PLAYBOOKS_START)
def start(request: MemberRequest, key: str) -> HttpResponse:
    """Begin the live version for one account, by a person's wish."""
    found = standing.of(key)
    if not request.POST.get("account"):
        toasts.say(request, Text("Choose an account.", "顧客を選んでください。").in_(get_language() or "ja"))
        return standing.to_why(key)
    mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_START).standing()
    account = get_object_or_404(mine, pk=listing.whole(request.POST["account"]) or 0)
    words = Text("No version is live.", "公開中の版がありません。")
    if found.live:
        words = _said(runs.start(found.live, account, by=Actor.of(request.user), at=request.at))
    toasts.say(request, words.in_(get_language() or "ja"))
    return standing.to_why(key, account.pk)


def _said(run: Run | None) -> Text:
    if run is None:
        return Text("The account is not among those it is for.", "対象の条件に合いません。")
    if run.state == "skipped":
        return Text(run.why["en"], run.why["ja"])
    return Text("It begins.", "開始しました。")


@requires(Permission.PLAYBOOKS_VIEW)
def of_account(request: MemberRequest, key: int) -> HttpResponse:
    """An account's runs, and for each live playbook why or why not: a page, or a fragment for the account's overview."""
    account = find(request, key, Permission.PLAYBOOKS_VIEW)
    rows = Run.objects.filter(account=account).exclude(state="skipped").select_related("version__playbook")[:8]
    live = PlaybookVersion.objects.filter(state="live").select_related("playbook").order_by("playbook__key")
    context = {"account": account, "runs": rows, "live": live, "as_of": request.at,
               "may_start": standing.may(request, Permission.PLAYBOOKS_START)}  # fmt: skip
    if request.htmx:
        return render(request, "playbooks/of_account.html", context)
    top = head(account, request, here="playbooks")
    return render(request, "playbooks/account.html", context | {"head": top})


urlpatterns = [
    path("playbooks/<slug:key>/try", try_one, name="playbook-try"),
    path("playbooks/<slug:key>/why", why, name="playbook-why"),
    path("playbooks/<slug:key>/start", start, name="playbook-start"),
    path("accounts/<int:key>/playbooks", of_account, name="account-playbooks"),
]
