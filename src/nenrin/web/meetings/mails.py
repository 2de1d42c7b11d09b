"""Received mails that wait for a person to say whose they are."""

from __future__ import annotations

from django.forms import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import page_of, plain
from nenrin.web.tasks.accounts import account_named, offered
from nenrin.work.mail_in import addresses, receiving
from nenrin.work.models import ReceivedMail
from nenrin.work.models.received_mail import State


@requires(Permission.TIMELINE_WRITE)
def mails(request: MemberRequest) -> HttpResponse:
    """One's own mails without an account, and the address to which one copies mails."""
    rows = ReceivedMail.objects.filter(member=request.user, state=State.UNMATCHED).prefetch_related("attachments")
    page = page_of(rows, request)
    context = {
        "as_of": request.at,
        "page": page,
        "mails": page.object_list,
        "address": addresses.of(request.user),
        "accounts": offered(request.user, Permission.TIMELINE_WRITE),
    }
    return render(request, "meetings/mails.html", context)


@require_POST
@requires(Permission.TIMELINE_WRITE)
def match(request: MemberRequest, key: int) -> HttpResponse:
    """Put a mail with an account, or leave it out."""
    row = get_object_or_404(ReceivedMail, pk=key, member=request.user)
    by = Actor.of(request.user)
    if request.POST.get("do") == "ignore":
        receiving.ignore(row, by=by, at=request.at)
        toasts.say(request, Text("Left out.", "対象外にしました。"))
        return HttpResponseRedirect(reverse("received-mails"))
    try:
        account = account_named(plain(request.POST.get("account")), request.user, Permission.TIMELINE_WRITE)
    except ValidationError as problem:
        toasts.say(request, problem.messages[0])
        return HttpResponseRedirect(reverse("received-mails"))
    return _matched(request, row, account, by)


def _matched(request: MemberRequest, row: ReceivedMail, account: Account | None, by: Actor) -> HttpResponse:
    if account is None:
        toasts.say(request, Text("Name the account first.", "顧客名を入力してください。"))
        return HttpResponseRedirect(reverse("received-mails"))
    try:
        receiving.match(row, account, by=by, at=request.at)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    else:
        name = account.name
        said = Text(f"In the timeline of {name}.", f"{name}のタイムラインに記録しました。")
        toasts.say(request, said.in_(get_language() or "ja"))
    return HttpResponseRedirect(reverse("received-mails"))


urlpatterns = [
    path("meetings/mails", mails, name="received-mails"),
    path("meetings/mails/<int:key>", match, name="received-mail"),
]
