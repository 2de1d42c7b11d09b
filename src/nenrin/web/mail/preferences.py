"""Pages for readers, without sign-in: what they receive, and how they stop it. Looking changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nenrin.foundation.mail import unsubscribes
from nenrin.foundation.models import Organisation
from nenrin.foundation.models.mail import KINDS
from nenrin.web.guard import public


@csrf_exempt  # whoever holds the link may choose: no cookie takes part, so there is nothing to forge
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The kinds of mail that a reader gets, to tick or untick."""
    ticket = unsubscribes.read(token)
    if ticket is None:
        return render(request, "mail/preferences.html", {"is_unknown": True}, status=404)
    is_saved = request.method == "POST"
    if is_saved:
        wanted = {kind for kind in unsubscribes.CHOSEN if kind in request.POST.getlist("kind")}
        off = [kind for kind in unsubscribes.CHOSEN if kind not in wanted]
        unsubscribes.choose(ticket, off=off, on=sorted(wanted), at=request.at)  # type: ignore[attr-defined]
    now = unsubscribes.wanted(ticket)
    context = {
        "kinds": [(kind.value, KINDS[kind], now[kind.value]) for kind in unsubscribes.CHOSEN],
        "is_saved": is_saved,
        "sender": Organisation.objects.values_list("name", flat=True).first() or "",
        "token": token,
    }
    return render(request, "mail/preferences.html", context)


@csrf_exempt  # a mail program sends it, without cookies (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One click: 200 whatever the body says, however often; also while the database takes no writes.

    Who only looks is shown the page where they can choose.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("mail-preferences", args=[token]))
    ticket = unsubscribes.read(token)
    if ticket is None:
        return HttpResponse("unknown link\n", status=404, content_type="text/plain")
    unsubscribes.stop(ticket, at=request.at)  # type: ignore[attr-defined]
    return HttpResponse("unsubscribed\n", content_type="text/plain")


public(preferences)
public(unsubscribe)

urlpatterns: list[Any] = [
    path("mail/preferences/<str:token>", preferences, name="mail-preferences"),
    path("mail/unsubscribe/<str:token>", unsubscribe, name="mail-unsubscribe"),
]
