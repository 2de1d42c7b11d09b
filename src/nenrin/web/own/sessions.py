"""One's own sessions: where one is signed in, since when, and signing out everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from allauth.core.internal import ratelimit
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.middleware import SEEN

#: In the session: what the browser called itself, from where, and when it signed in.
_AGENT: Final = "agent"
_PLACE: Final = "place"
_SINCE: Final = "since"
#: The first word that a browser's own name holds says which it is; others hold the words of those below.
_BROWSERS: Final = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_UNKNOWN: Final = Text("Unknown program", "不明なプログラム")


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One place where the member is signed in."""

    browser: str | Text
    place: str
    since: datetime | None
    seen: datetime | None
    is_here: bool


def begin(request: HttpRequest) -> None:
    """Note in the session that just began what its member will know it by."""
    request.session[_AGENT] = request.META.get("HTTP_USER_AGENT", "")[:300]
    request.session[_PLACE] = ratelimit.get_ip(request)
    request.session[_SINCE] = datetime.now(UTC).timestamp()


def listed(request: MemberRequest) -> list[OwnSession]:
    """This session first, then the others by their last use."""
    rows = [_row(session, request) for session in _own(request)]
    return sorted(rows, key=lambda row: (not row.is_here, -(row.seen.timestamp() if row.seen else 0)))


def _own(request: MemberRequest) -> Iterator[Session]:
    """There are as many sessions as members signed in this week: few enough to look at each."""
    for session in Session.objects.filter(expire_date__gt=request.at).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(request.user.pk):
            yield session


def _row(session: Session, request: MemberRequest) -> OwnSession:
    told = session.get_decoded()
    place, is_here = str(told.get(_PLACE, "")), session.session_key == request.session.session_key
    return OwnSession(
        _browser(str(told.get(_AGENT, ""))), place, _moment(told.get(_SINCE)), _moment(told.get(SEEN)), is_here
    )


def _browser(agent: str) -> str | Text:
    """
    >>> _browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0")
    'Edge, Windows'
    """
    words = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(word for word in words if word) or _UNKNOWN


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


@require_POST
@requires(Permission.SIGNED_IN)
def sign_out_elsewhere(request: MemberRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    keys = [session.session_key for session in _own(request) if session.session_key != request.session.session_key]
    Session.objects.filter(session_key__in=keys).delete()
    toasts.say(request, gettext("Signed out everywhere else."))
    return HttpResponseRedirect(reverse("profile"))


urlpatterns = [path("profile/sessions/end", sign_out_elsewhere, name="sessions-end")]
