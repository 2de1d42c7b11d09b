"""Who gets the executive dashboard by mail each month: oneself, or the members that were named."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import sending
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import mails
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.revenue.asking import VIEW

SEND = Permission.REPORTS_SEND


@requires(VIEW)
def mail(request: MemberRequest) -> HttpResponse:
    """One's own mail; who else gets it and whom to add, for whoever may name them."""
    if request.method == "POST":
        _changed(request, request.user)
        return HttpResponseRedirect(reverse("executive-mail"))
    readers = mails.readers()
    named = {each.member_id for each in readers}
    may_name = allowed(request.user, SEND) is not None
    context = {
        "own": next((each for each in readers if each.member_id == request.user.pk), None),
        "readers": readers if may_name else [],
        "others": [each for each in _members() if each.pk not in named] if may_name else [],
        "may_name": may_name,
        "days": range(mails.FIRST, mails.LAST + 1),
        "can_send": sending.line() is not None,
        "as_of": request.at,
    }
    return render(request, "executive/mail.html", context)


@require_POST
@requires(SEND)
def members(request: MemberRequest) -> HttpResponse:
    """Name a member, change the day, or stop the mails to one."""
    given = request.POST.get("member", "")
    member = (
        Member.objects.filter(pk=int(given), is_active=True).first() if given.isdecimal() and len(given) < 10 else None
    )
    if member is None:
        toasts.say(request, Text("Choose a member.", "メンバーを選んでください。"))
    else:
        _changed(request, member)
    return HttpResponseRedirect(reverse("executive-mail"))


def _members() -> list[Member]:
    return [each for each in Member.objects.filter(is_active=True).order_by("name", "pk") if allowed(each, VIEW)]


def _changed(request: MemberRequest, member: Member) -> None:
    by, day = Actor.of(request.user), request.POST.get("on_day", "1")
    if request.POST.get("do") == "stop":
        mails.drop(member, by=by, at=request.at)
        toasts.say(request, Text("No more mails.", "メール送信を停止しました。"))
        return
    try:
        mails.name(member, on_day=int(day) if day.isdecimal() and len(day) < 4 else 0, by=by, at=request.at)
        toasts.say(request, Text("Kept.", "保存しました。"))
    except Refused:
        toasts.say(
            request,
            Text(
                "Choose a day from 1 to 28 and a member who may see the dashboard.",
                "1〜28日と、ダッシュボードを閲覧できるメンバーを選んでください。",
            ),
        )


urlpatterns = [
    path("executive/mail", mail, name="executive-mail"),
    path("executive/mail/members", members, name="executive-mail-members"),
]
