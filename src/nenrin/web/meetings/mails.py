"""Received mails that wait for a person to say whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.tasks.accounts import account_named, offered
from nenrin.work.mail_in import addresses, receiving
from nenrin.work.models import ReceivedMail
from nenrin.work.models.received_mail import State

SORTS = {"when": "happened_at", "subject": "subject", "sender": "sender"}
ORDERS: tuple[tuple[str, Text], ...] = (
    ("-when", Text("Newest first", "新しい順")),
    ("when", Text("Oldest first", "古い順")),
    ("subject", Text("Subject", "件名順")),
    ("sender", Text("Sender", "差出人順")),
)
HEADS = (
    Text("id", "id"), Text("Sent", "送信日時"), Text("Received", "受信日時"), Text("Subject", "件名"),
    Text("Sender", "差出人"), Text("Recipients", "宛先"), Text("Text", "本文"),
)  # fmt: skip


@requires(Permission.TIMELINE_WRITE)
def mails(request: MemberRequest) -> HttpResponse:
    """One's own mails without an account, and the address to which one copies mails."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-when")
    page = page_of(ordered(rows.prefetch_related("attachments"), sort, SORTS), request)
    context = {
        "as_of": request.at,
        "page": page,
        "sort": sort,
        "sorts": ORDERS,
        "filters": filters,
        "has_filters": any(filters.values()),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "mails": page.object_list,
        "address": addresses.of(request.user),
        "accounts": offered(request.user, Permission.TIMELINE_WRITE),
    }
    return render(request, "meetings/mails.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[ReceivedMail], dict[str, str]]:
    """One's own that wait, by words of the subject, the sender or the text."""
    filters = {"q": plain(request.GET.get("q"))}
    rows = ReceivedMail.objects.filter(member=request.user, state=State.UNMATCHED)
    if said := filters["q"]:
        rows = rows.filter(Q(subject__icontains=said) | Q(sender__icontains=said) | Q(body__icontains=said))
    return rows, filters


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """One's own list as a file, in its order, for who may match mails."""
    rows, filters = _asked(request)
    rows = rows if allowed(request.user, Permission.TIMELINE_WRITE) else rows.none()
    rows, language = ordered(rows, chosen_sort(request, SORTS, "-when"), SORTS), exports.language()
    may_read = visible(request.user, FieldClass.PERSONAL)

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, ReceivedMail.objects.all()):
            for row in chunk:
                told = [row.subject, row.sender, ", ".join(row.recipients), row.body] if may_read else [""] * 4
                yield [row.pk, row.happened_at.isoformat(), row.received_at.isoformat(), *told]

    exports.note(request, "received", rows.count(), filters, room="work")
    return exports.answer(kind, "mails-to-match", [head.in_(language) for head in HEADS], lines(), request.at)


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
    path("meetings/mails/export.<str:kind>", export, name="received-mails-export"),
    path("meetings/mails/<int:key>", match, name="received-mail"),
]
