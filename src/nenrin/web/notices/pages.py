"""The inbox: what a member should hear of, newest first; and how they want to hear of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import page_of, whole
from nenrin.work import notices as verbs
from nenrin.work.models import Notice, NoticeChannel
from nenrin.work.models.notice import WAYS, Way
from nenrin.work.notice_kinds import KINDS, kind_of


@dataclass(frozen=True, slots=True)
class Line:
    notice: Notice
    text: Text
    kind: Text


@requires(Permission.SIGNED_IN)
def notices(request: MemberRequest) -> HttpResponse:
    """One's own notices; the unread ones unless all are asked for."""
    shows_all = request.GET.get("show") == "all"
    rows = Notice.objects.filter(member=request.user).select_related("account")
    unread = rows.unread().count()
    page = page_of(rows if shows_all else rows.unread(), request)
    here = reverse("notices")
    context = {
        "as_of": request.at,
        "page": page,
        "lines": _lines(page, request),
        "tabs": [
            Tab(Text("Unread", "未読"), here, not shows_all, unread),
            Tab(Text("All", "すべて"), f"{here}?show=all", shows_all),
        ],
        "unread_here": unread,
        "shows_all": shows_all,
    }
    return render(request, "notices/list.html", context)


def _lines(page: Page[Notice], request: MemberRequest) -> list[Line]:
    """The words, or the kind alone for whoever may not read personal data."""
    may_read = visible(request.user, FieldClass.PERSONAL)
    return [
        Line(row, row.words if may_read else KINDS[kind_of(row.code)][0], KINDS[kind_of(row.code)][0])
        for row in page.object_list
    ]


@require_POST
@requires(Permission.SIGNED_IN)
def follow(request: MemberRequest, key: int) -> HttpResponse:
    """Open what a notice is about: it is read with that."""
    row = get_object_or_404(Notice, pk=key, member=request.user)
    verbs.read(request.user, [row.pk], at=request.at)
    is_ours = url_has_allowed_host_and_scheme(row.url, None) and row.url.startswith("/")
    return HttpResponseRedirect(row.url if is_ours else reverse("notices"))


@require_POST
@requires(Permission.SIGNED_IN)
def read(request: MemberRequest) -> HttpResponse:
    """Mark the chosen ones, or all, as read; the toast brings them back."""
    keys = None if request.POST.get("all") else _keys(request)
    before = list(Notice.objects.unread().filter(member=request.user).values_list("pk", flat=True)[:5000])
    count = verbs.read(request.user, keys, at=request.at)
    request.session["notices_read"] = before if keys is None else keys
    words = Text(f"{count:,} notices marked as read.", f"{count:,}件を既読にしました。")
    toasts.say(request, words, undo_url=reverse("notices-unread") if count else "")
    return HttpResponseRedirect(reverse("notices"))


@require_POST
@requires(Permission.SIGNED_IN)
def unread(request: MemberRequest) -> HttpResponse:
    """Put those that were marked last among the unread again."""
    verbs.unread(request.user, request.session.pop("notices_read", []))
    return HttpResponseRedirect(reverse("notices"))


def _keys(request: MemberRequest) -> list[int]:
    return [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit() and len(key) < 19]


@requires(Permission.SIGNED_IN)
def settings(request: MemberRequest) -> HttpResponse:
    """For each kind: in the app only, by mail at once, or in one mail a day."""
    if request.method == "POST":
        chosen: dict[str, Any] = {kind: request.POST.get(kind) for kind in KINDS}
        ways = {kind: Way(way) for kind, way in chosen.items() if way in list(Way)}
        verbs.prefer(request.user, ways, by=Actor.of(request.user), at=request.at)
        if "channel" in request.POST:
            chosen_one = _channels().filter(pk=whole(request.POST["channel"]) or 0).first()
            verbs.choose_channel(request.user, chosen_one, by=Actor.of(request.user), at=request.at)
        toasts.say(request, Text("Saved.", "保存しました。"))
        return HttpResponseRedirect(reverse("notice-settings"))
    stands = verbs.ways_of(request.user)
    context = {
        "as_of": request.at,
        "kinds": [(kind, label, stands[kind]) for kind, (label, _) in KINDS.items()],
        "ways": WAYS.items(),
        "channels": _channels(),
        "channel": NoticeChannel.objects.filter(member=request.user).values_list("endpoint_id", flat=True).first(),
    }
    return render(request, "notices/settings.html", context)


def _channels() -> QuerySet[WebhookEndpoint]:
    """The Slack channels that were set up."""
    return WebhookEndpoint.objects.filter(kind=EndpointKind.SLACK, disabled_at__isnull=True)


urlpatterns = [
    path("notices", notices, name="notices"),
    path("notices/read", read, name="notices-read"),
    path("notices/unread", unread, name="notices-unread"),
    path("notices/settings", settings, name="notice-settings"),
    path("notices/<int:key>/open", follow, name="notice-open"),
]
