"""Taking back what was just done on the account list: through the verbs again, so that the journal tells both.

What can be taken back stands in the session: a field with its value before and after, or the instant of a deed on
many, whose entries in the journal say what each account was.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from nenrin.customers import taking_back
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts import fields
from nenrin.web.accounts.fields import Texts
from nenrin.web.guard import MemberRequest, requires

_KEPT = "undo"
AT_MOST = 10
FOR = timedelta(hours=1)
_CHANGED_SINCE = Text(
    "Changed by somebody since, so it was left as it is.", "その後に変更があったため、そのままにしました。"
)
_TOO_LATE = Text("This can no longer be undone.", "もう取り消せません。")


def keep_field(request: MemberRequest, account: int, key: str, before: Texts, after: Texts) -> str:
    """Remember one field's change; the address that takes it back."""
    return _keep(request, {"account": account, "key": key, "before": before, "after": after})


def keep_deed(request: MemberRequest, action: str) -> str:
    """Remember a deed on many, told in the journal at the request's instant; the address that takes it back."""
    return _keep(request, {"action": action})


def _keep(request: MemberRequest, what: dict[str, Any]) -> str:
    token = secrets.token_urlsafe(9).replace("-", "_")
    kept = dict(list(request.session.get(_KEPT, {}).items())[-AT_MOST + 1 :])
    request.session[_KEPT] = {**kept, token: {**what, "at": request.at.isoformat()}}
    return reverse("accounts-undo", args=[token])


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def undo(request: MemberRequest, token: str) -> HttpResponse:
    """Take back one's own last change, where nobody has changed it since."""
    kept = dict(request.session.get(_KEPT, {}))
    what = kept.pop(token, None)
    request.session[_KEPT] = kept
    toasts.say(request, _undone(request, what))
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(back if is_ours else reverse("accounts"))


def _undone(request: MemberRequest, what: dict[str, Any] | None) -> Text:
    if what is None or request.at - datetime.fromisoformat(what["at"]) > FOR:
        return _TOO_LATE
    try:
        with transaction.atomic():
            return _field(request, what) if "key" in what else _deed(request, what)
    except Refused as refused:
        return refused.faults[0].text


def _field(request: MemberRequest, what: dict[str, Any]) -> Text:
    right = fields.needs(what["key"])
    account = Account.objects.for_member(request.user, right).select_for_update().filter(pk=what["account"]).first()
    if account is None or fields.stands(account, what["key"]) != what["after"]:
        return _CHANGED_SINCE
    fields.write(account, what["key"], what["before"], by=Actor.of(request.user), at=request.at)
    return Text(f"“{account.name}” is as it was.", f"「{account.name}」を元に戻しました。")


def _deed(request: MemberRequest, what: dict[str, Any]) -> Text:
    count = taking_back.deed(request.user, what["action"], datetime.fromisoformat(what["at"]), at=request.at)
    return Text(f"{format.counted(count, 'account')} as before.", f"{count:,}社を元に戻しました。")


urlpatterns = [path("accounts/undo/<slug:token>", undo, name="accounts-undo")]
