"""What is done in the inbox: opened, read, unread; and how a member wants to hear of each kind."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import whole
from nenrin.work import notice_trials
from nenrin.work import notices as verbs
from nenrin.work.models import Notice, NoticeChannel
from nenrin.work.models.notice import CHANNELS, WAYS, Channel, Way
from nenrin.work.notice_kinds import KINDS
from nenrin.work.notices import Ways


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
    """For each kind, by mail and by Slack: not, at once, or in one message a day."""
    if request.method == "POST":
        stands = verbs.ways_of(request.user)
        ways = {kind: Ways(*(_asked(request, channel, kind, stands[kind]) for channel in Channel)) for kind in KINDS}
        verbs.prefer(request.user, ways, by=Actor.of(request.user), at=request.at)
        if "channel" in request.POST:
            chosen_one = verbs.channels().filter(pk=whole(request.POST["channel"]) or 0).first()
            verbs.choose_channel(request.user, chosen_one, by=Actor.of(request.user), at=request.at)
        toasts.say(request, Text("Saved.", "保存しました。"))
        return HttpResponseRedirect(reverse("notice-settings"))
    stands = verbs.ways_of(request.user)
    context = {
        "as_of": request.at,
        "kinds": [
            (label, [(f"{channel}-{kind}", name, getattr(stands[kind], channel)) for channel, name in CHANNELS.items()])
            for kind, (label, _) in KINDS.items()
        ],
        "by": CHANNELS.values(),
        "ways": WAYS.items(),
        "channels": verbs.channels(),
        "channel": NoticeChannel.objects.filter(member=request.user).values_list("endpoint_id", flat=True).first(),
        "trials": notice_trials.last(request.user),
    }
    return render(request, "notices/settings.html", context)


def _asked(request: MemberRequest, channel: Channel, kind: str, stands: Ways) -> Way:
    """What the form says of one kind by one channel; as it stands where it says nothing that there is."""
    told = request.POST.get(f"{channel}-{kind}", "")
    return Way(told) if told in set(Way) else getattr(stands, channel)


@require_POST
@requires(Permission.SIGNED_IN)
def trial(request: MemberRequest) -> HttpResponse:
    """One message to oneself by each channel that is set up."""
    sent = notice_trials.send(request.user, by=Actor.of(request.user), at=request.at)
    if sent.now:
        by = _named(sent.now)
        words = Text(
            f"A test is on its way by {by.en}: see below how it ends.",
            f"{by.ja}にテスト送信しました。結果は下に表示されます。",
        )
    elif sent.before:
        by = _named(sent.before)
        words = Text(
            f"A test by {by.en} is on its way already: another one can be sent in a minute.",
            f"{by.ja}へのテスト送信は受付済みです。次のテストは1分後に送信できます。",
        )
    else:
        words = Text(
            "Nothing is set up to send by: notices stay in the inbox.",
            "送信手段が未設定です。通知は受信箱にのみ表示されます。",
        )
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("notice-settings"))


def _named(channels: Sequence[Channel]) -> Text:
    names = [CHANNELS[channel] for channel in channels]
    return Text(" and ".join(name.en for name in names), "・".join(name.ja for name in names))


urlpatterns = [
    path("notices/read", read, name="notices-read"),
    path("notices/unread", unread, name="notices-unread"),
    path("notices/settings", settings, name="notice-settings"),
    path("notices/settings/test", trial, name="notice-test"),
    path("notices/<int:key>/open", follow, name="notice-open"),
]
