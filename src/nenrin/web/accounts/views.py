"""The views of the account list: those that everyone has, the saved ones of oneself, one's team and everyone; pinned
ones stand as tabs, and one of them may be what the bare address shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from nenrin.foundation.models import SavedView
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import saved_views, toasts
from nenrin.web.accounts import filters
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.saved_views import Marked, Whose

PAGE = "accounts"
BUILT_IN = (
    (Text("All", "すべて"), ""),
    (Text("Mine", "自分の担当"), "owner=me"),
    (Text("At risk", "危険"), "band=at_risk"),
    (Text("Notice deadline within 30 days", "更新拒絶期限日 30日以内"), "notice=30"),
    (Text("Not enough data", "データ不足"), "band=unknown"),
    (Text("No owner", "担当なし"), "owner=none"),
)
#: What an address may say besides filters.
_SHOWING = ("sort", "columns", "group")


@dataclass(frozen=True, slots=True)
class Views:
    """Tabs on the page, all saved views in the menu, and the saved one that the address shows."""

    tabs: Sequence[Tab]
    saved: Sequence[tuple[Marked, str]]
    here: Marked | None
    opening: str  # the query of the default view; "" where the bare address shows everything


def of(request: MemberRequest) -> Views:
    """One query."""
    here, home = essence(request.GET.urlencode()), reverse(PAGE)
    marked = saved_views.of(request.user, PAGE)
    opening = next((each.view.query for each in marked if each.is_default), "")
    everything = "status=current" if opening else ""
    tabs = [
        Tab(label, _url(home, query or everything), here == essence(query or everything)) for label, query in BUILT_IN
    ]
    tabs += [
        Tab(each.view.name, _url(home, each.view.query), here == essence(each.view.query))
        for each in marked
        if each.is_pinned
    ]
    shown = next((each for each in marked if essence(each.view.query) == here), None)
    return Views(tabs, [(each, _url(home, each.view.query)) for each in marked], shown, opening)


def _url(home: str, query: str) -> str:
    return f"{home}?{query}" if query else home


def essence(query: str) -> frozenset[tuple[str, str]]:
    """What an address asks for, whatever page of it."""
    return frozenset((name, value) for name, value in parse_qsl(query) if name in {*filters.LABELS, *_SHOWING})


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def columns(request: MemberRequest) -> HttpResponse:
    """The same list with the chosen columns: they stand in the address, so a view keeps them."""
    given = [
        (name, value)
        for name, value in parse_qsl(plain(request.POST.get("back"), 2000))
        if name not in {"columns", "page"}
    ]
    wanted = [plain(key, 80).replace(",", "") for key in request.POST.getlist("column")][:60]
    return HttpResponseRedirect(f"{reverse(PAGE)}?{urlencode([*given, ('columns', ','.join(wanted))])}")


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def save(request: MemberRequest) -> HttpResponse:
    """Keep the list as it stands under a name, for oneself, the team or everyone."""
    name, query = plain(request.POST.get("name"), 80), plain(request.POST.get("back"), 2000)
    whose: Whose = "all" if request.POST.get("shared") else "me"
    if request.POST.get("for") in ("me", "team", "all"):
        whose = request.POST["for"]  # type: ignore[assignment]  # one of the three
    if name:
        view = saved_views.save(request.user, PAGE, name, query, whose=whose)
        saved_views.mark(request.user, view, is_pinned=True)
        toasts.say(request, Text(f"View “{name}” saved.", f"一覧「{name}」を保存しました。"))
    return HttpResponseRedirect(f"{reverse(PAGE)}?{query}")


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def mark(request: MemberRequest) -> HttpResponse:
    """Pin a view as a tab or take it down, or let the bare address show it."""
    key, deed = request.POST.get("view", ""), request.POST.get("do")
    back = plain(request.POST.get("back"), 2000)
    marked = next((each for each in saved_views.of(request.user, PAGE) if str(each.view.pk) == key), None)
    if marked is None or deed not in ("pin", "unpin", "default", "no_default"):
        toasts.say(request, gettext("Nothing was changed."))
    elif deed in ("pin", "unpin"):
        saved_views.mark(request.user, marked.view, is_pinned=deed == "pin")
    else:
        saved_views.open_with(request.user, PAGE, marked.view if deed == "default" else None)
        toasts.say(request, _opening(marked.view, deed == "default"))
    return HttpResponseRedirect(f"{reverse(PAGE)}?{back}")


def _opening(view: SavedView, is_default: bool) -> Text:
    if is_default:
        return Text(f"The list now opens with “{view.name}”.", f"顧客一覧は「{view.name}」で開きます。")
    return Text("The list now opens with all accounts.", "顧客一覧は「すべて」で開きます。")


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def drop(request: MemberRequest) -> HttpResponse:
    """Forget the saved view that the address shows."""
    here = essence(plain(request.POST.get("back"), 2000))
    shown = [each.view for each in saved_views.of(request.user, PAGE) if essence(each.view.query) == here]
    gone = [view for view in shown if saved_views.drop(request.user, view)]
    toasts.say(request, gettext("The view was removed.") if gone else gettext("Nothing was changed."))
    return HttpResponseRedirect(reverse(PAGE) + ("" if gone else f"?{plain(request.POST.get('back'), 2000)}"))


urlpatterns = [
    path("accounts/columns", columns, name="accounts-columns"),
    path("accounts/views", save, name="accounts-save-view"),
    path("accounts/views/drop", drop, name="accounts-drop-view"),
    path("accounts/views/mark", mark, name="accounts-mark-view"),
]
