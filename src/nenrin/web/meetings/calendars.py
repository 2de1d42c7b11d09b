"""Calendars of a member: read in, and given out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import refuse
from nenrin.web.guard import MemberRequest, public, requires
from nenrin.work.calendars import feeds, reading, subscriptions
from nenrin.work.models import CalendarFeed, CalendarSubscription


class CalendarForm(forms.Form):
    """An address, or a file."""

    name = forms.CharField(label=_("Name of the calendar"), max_length=120)
    url = forms.CharField(label=_("Secret address (.ics)"), required=False, max_length=1000,
                          help_text=_("Google: settings of the calendar, secret address in iCal format. Outlook: publish the calendar, ICS."))  # fmt: skip
    file = forms.FileField(label=_("Or a file (.ics)"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("url")) == bool(given.get("file")):
            self.add_error("url", _("An address or a file: one of the two."))
        return given


@requires(Permission.MEETINGS_VIEW)
def calendars(request: MemberRequest) -> HttpResponse:
    """One's own calendars, and the address under which one's tasks and meetings are read."""
    form = CalendarForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return HttpResponseRedirect(reverse("calendars"))
    context = {
        "as_of": request.at,
        "form": form,
        "rows": CalendarSubscription.objects.filter(member=request.user, ended_at__isnull=True).defer("content"),
        "feed": CalendarFeed.objects.filter(member=request.user, revoked_at__isnull=True).first(),
        "made": request.session.pop("feed_made", "") if request.method == "GET" else "",
    }
    return render(request, "meetings/calendars.html", context, status=422 if form.errors else 200)


def _added(request: MemberRequest, form: CalendarForm) -> bool:
    given, by = form.cleaned_data, Actor.of(request.user)
    file = given["file"]
    try:
        if file is not None and file.size > reading.MOST_BYTES:
            raise Refused.one("file", Text("at most 5 MB", "5MBまで"))
        if file is not None:
            subscriptions.upload(request.user, given["name"], file.read(), by=by, at=request.at)
        else:
            subscriptions.subscribe(request.user, given["name"], given["url"], by=by, at=request.at)
    except Refused as refused:
        refuse(form, refused)
        return False
    toasts.say(
        request,
        Text(
            "Calendar added. Its meetings appear within a minute.",
            "カレンダーを追加しました。1分ほどで予定が表示されます。",
        ),
    )
    return True


@require_POST
@requires(Permission.MEETINGS_VIEW)
def end(request: MemberRequest, key: int) -> HttpResponse:
    """Read a calendar no more."""
    row = get_object_or_404(CalendarSubscription, pk=key, member=request.user)
    subscriptions.end(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("Calendar taken off.", "カレンダーを解除しました。"))
    return HttpResponseRedirect(reverse("calendars"))


@require_POST
@requires(Permission.MEETINGS_VIEW)
def feed(request: MemberRequest) -> HttpResponse:
    """Make a new secret address, or revoke the one there is."""
    by = Actor.of(request.user)
    if request.POST.get("do") == "revoke":
        feeds.revoke(request.user, by=by, at=request.at)
        toasts.say(request, Text("The address answers no more.", "配信URLを無効にしました。"))
    else:
        secret = feeds.open(request.user, by=by, at=request.at)
        request.session["feed_made"] = f"{settings.BASE_URL}{reverse('calendar-feed', args=[secret])}"
    return HttpResponseRedirect(reverse("calendars"))


@require_safe
@public
def given_out(request: HttpRequest, secret: str) -> HttpResponse:
    """A member's tasks and meetings for their own calendar; whoever has the address reads it, until it is revoked."""
    at = request.at  # type: ignore[attr-defined]  # by the middleware
    member = feeds.find(secret, at=at)
    if member is None:
        raise Http404("no such calendar")
    answer = HttpResponse(feeds.rendered(member, at=at), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="nenrin.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


urlpatterns = [
    path("meetings/calendars", calendars, name="calendars"),
    path("meetings/calendars/feed", feed, name="calendars-feed"),
    path("meetings/calendars/<int:key>/end", end, name="calendar-end"),
    path("calendar/<str:secret>.ics", given_out, name="calendar-feed"),
]
