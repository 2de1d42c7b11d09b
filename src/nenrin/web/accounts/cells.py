"""One cell of the account list, edited in place: a form, a conflict with both sides, or the saved value.

Scripts ask for fragments; without them the same address is a small page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from nenrin.customers import tiers, touch_models
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AccountTag
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import Health
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.accounts import fields
from nenrin.web.accounts import undo as account_undo
from nenrin.web.accounts.column_sets import Columns
from nenrin.web.accounts.columns import Frame, Row
from nenrin.web.accounts.fields import Field, Texts
from nenrin.web.accounts.head import find
from nenrin.web.editing import last_entry
from nenrin.web.guard import MemberRequest, requires


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else was quicker: what they saved, what was to be saved, and who they are."""

    theirs: Text | str
    mine: Text | str
    who: str


@requires(Permission.ACCOUNTS_EDIT)
def cell(request: MemberRequest, key: int, field: str) -> HttpResponse:
    """The form of one field, or what came of it."""
    right = fields.needs(field)
    if allowed(request.user, right) is None:
        raise PermissionDenied(right.value)
    account, asked = find(request, key, right), fields.find(field, request.user)
    if asked is None:
        raise Http404(field)
    if request.method != "POST":
        return _form(request, account, asked, fields.stands(account, field))
    return _save(request, account, asked)


def _save(request: MemberRequest, account: Account, field: Field) -> HttpResponse:
    mine = fields.given(request.POST.dict(), field.key)
    try:
        with transaction.atomic():
            locked = Account.objects.select_for_update().get(pk=account.pk)
            before = fields.stands(locked, field.key)
            if _seen(request, before) != before and mine != before:
                return _clash(request, account, field, before, mine)
            fields.write(locked, field.key, mine, by=Actor.of(request.user), at=request.at)
            after = fields.stands(Account.objects.get(pk=account.pk), field.key)
    except Refused as refused:
        return _form(request, account, field, mine, error=refused.faults[0].text, status=422)
    undo = account_undo.keep_field(request, account.pk, field.key, before, after) if after != before else ""
    words = Text(
        f"{field.label.en} of “{account.name}” saved.", f"「{account.name}」の{field.label.ja}を保存しました。"
    )
    if request.htmx:
        shown = {"cell": shown_cell(request, account.pk, field), "edit_url": request.path, "label": field.label}
        shown |= {"account": account, "words": words, "undo_url": undo, "is_saved": True}
        return render(request, "accounts/cell_saved.html", shown)
    toasts.say(request, words, undo_url=undo)
    return HttpResponseRedirect(_back(request))


def _seen(request: MemberRequest, before: Texts) -> Texts:
    """What stood in the form when it was opened; what stands now where the form does not say."""
    return {name: request.POST.get(f"was_{name}", text) for name, text in before.items()}


def _clash(request: MemberRequest, account: Account, field: Field, theirs: Texts, mine: Texts) -> HttpResponse:
    last, somebody = last_entry(account=account.pk), Text("Somebody", "他のメンバー").in_(get_language() or "ja")
    who = last.particulars.get("by", somebody) if last else somebody
    clash = Clash(fields.said(field, theirs), fields.said(field, mine), str(who))
    return _form(request, account, field, mine, was=theirs, clash=clash, status=409)


def _form(
    request: MemberRequest, account: Account, field: Field, texts: Texts, *, was: Texts | None = None, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    """The form with these texts; a refused one keeps what was seen when it was opened."""
    stood = was or {name: request.POST.get(f"was_{name}", text) for name, text in texts.items()}
    context = {"as_of": request.at, "account": account, "field": field, "texts": texts, "was": stood, **more}
    context |= {"back": _back(request), "today": navigation.today(request)}
    template = "accounts/cell_form.html" if request.htmx else "accounts/cell.html"
    return render(request, template, context, status=status)


def _back(request: MemberRequest) -> str:
    """The list that the reader came from."""
    back = request.POST.get("back") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if is_ours and "/cells/" not in back else reverse("accounts")


def shown_cell(request: MemberRequest, account: int, field: Field) -> SafeString | str:
    """The field as its column draws it."""
    stands = Account.objects.select_related("owner", "health").get(pk=account)
    worn = AccountTag.objects.filter(account=account).order_by("tag__name").values_list("tag__name", flat=True)
    health: Health | None = getattr(stands, "health", None)
    today = navigation.today(request)
    frame = Frame(get_language() or "ja", today, tiers.names(), touch_models.names())
    return Columns.of(request.user).by_key[field.key].cell(Row(stands, health, list(worn), {}), frame)


urlpatterns = [path("accounts/<int:key>/cells/<str:field>", cell, name="account-cell")]
