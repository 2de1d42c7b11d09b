"""What is done to many accounts of the list at once, each deed with its way back."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from nenrin.customers import ownership, tags, taking_back
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.accounts import filters as account_filters
from nenrin.web.accounts import rows as account_rows
from nenrin.web.accounts import undo
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain

#: How many changed, and the words for it.
Outcome = tuple[int, Text]


@require_POST
@requires(Permission.ACCOUNTS_EDIT)
def bulk(request: MemberRequest) -> HttpResponse:
    """Tag or assign the chosen accounts, or all that match; those outside the member's scope are left as they are."""
    back = plain(request.POST.get("back"), 2000)
    deed = request.POST.get("do", "")
    permission = Permission.ACCOUNTS_ASSIGN if deed == "assign" else Permission.ACCOUNTS_EDIT
    if deed not in _DEEDS or allowed(request.user, permission) is None:
        toasts.say(request, gettext("Nothing was changed."))
    else:
        _do(request, deed, list(_chosen(request, back, permission)))
    return HttpResponseRedirect(f"{reverse('accounts')}?{back}")


def _do(request: MemberRequest, deed: str, chosen: list[Account]) -> None:
    act, action = _DEEDS[deed]
    try:
        changed, words = act(request, chosen)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
        return
    toasts.say(request, words, undo_url=undo.keep_deed(request, action) if changed else "")


def _chosen(request: MemberRequest, back: str, permission: Permission) -> QuerySet[Account]:
    rows = account_rows.visible(request.user, permission)
    if request.POST.get("all"):
        filters = account_filters.asked(QueryDict(back))
        return account_filters.applied(rows, filters, request.user, navigation.today(request))
    ids = [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit() and len(key) < 19]
    return rows.filter(pk__in=ids[:5000])


def _tag(request: MemberRequest, chosen: list[Account]) -> Outcome:
    name = plain(request.POST.get("tag"), 60)
    if not name:
        return 0, Text("Write the tag first.", "タグを入力してください。")
    changed = tags.change(chosen, add=[name], by=Actor.of(request.user), at=request.at)
    return changed, Text(
        f"{format.counted(changed, 'account')} tagged “{name}”.", f"{changed:,}社にタグ「{name}」を付けました。"
    )


def _untag(request: MemberRequest, chosen: list[Account]) -> Outcome:
    name = plain(request.POST.get("tag"), 60)
    changed = tags.change(chosen, remove=[name], by=Actor.of(request.user), at=request.at) if name else 0
    words = Text(
        f"Tag “{name}” taken off {format.counted(changed, 'account')}.",
        f"{changed:,}社からタグ「{name}」を外しました。",
    )
    return changed, words


def _assign(request: MemberRequest, chosen: list[Account]) -> Outcome:
    key = request.POST.get("member", "")
    member = (
        Member.objects.filter(pk=int(key), is_active=True).first()
        if key.isascii() and key.isdigit() and len(key) < 10
        else None
    )
    if member is None:
        return 0, Text("Choose a member first.", "メンバーを選んでください。")
    wanted = [ownership.Wanted(account.pk, member.pk) for account in chosen]
    changed = ownership.assign_many(wanted, by=Actor.of(request.user), at=request.at)
    words = Text(
        f"{format.counted(changed, 'account')} given to {member.name}.",
        f"{changed:,}社の担当を{member.name}に変更しました。",
    )
    return changed, words


#: Each deed with the action by which the journal tells it.
_DEEDS: dict[str, tuple[Callable[[MemberRequest, list[Account]], Outcome], str]] = {
    "tag": (_tag, taking_back.TAGGED),
    "untag": (_untag, taking_back.TAGGED),
    "assign": (_assign, taking_back.GIVEN),
}

urlpatterns = [path("accounts/bulk", bulk, name="accounts-bulk")]
