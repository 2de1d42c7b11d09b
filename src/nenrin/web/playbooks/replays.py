"""Replays: what a version would have done, beside the live one; asked for here, computed by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.days import day as date_of
from nenrin.playbooks.models import PlaybookReplay
from nenrin.playbooks.replaying import replays
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import whole
from nenrin.web.playbooks import months, standing
from nenrin.web.playbooks.months import Picture

SHOWN, WHOLE = 5, 200
BECAME = {
    "left": Text("left within 90 days", "90日以内に解約"),
    "stayed": Text("stayed", "継続"),
    "decided": Text("had decided to leave already", "解約決定済み"),
    "open": Text("days not over", "観察中"),
}
UNCOUNTED = {
    "none": Text("not tried on the past yet", "過去シミュレーション未実施"),
    "asked": Text("being computed", "計算中"),
    "failed": Text("could not be tried on the past", "過去シミュレーション不可"),
    "cut": Text("too many firings to count", "発火件数が多いため集計不可"),
}
MONTHS = (3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing with its account's name where the viewer may know it."""

    day: date
    account: int
    name: str | None
    became: Text


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another live playbook: how often it met the same accounts; `words` where that needs saying, or is not known."""

    key: str
    name: Text
    count: int | None
    words: Text | None


@dataclass(frozen=True, slots=True)
class Told:
    """A replay as a page tells it."""

    row: PlaybookReplay
    picture: Picture | None
    finding: Text | None
    firings: tuple[Firing, ...]
    hours: float
    per_owner_month: float
    per_month: float
    overlaps: tuple[Overlap, ...]


def told(
    request: MemberRequest,
    row: PlaybookReplay | None,
    shown: int = SHOWN,
    within: Permission = Permission.PLAYBOOKS_VIEW,
) -> Told | None:
    if row is None or row.state != "done":
        return Told(row, None, None, (), 0, 0, 0, ()) if row else None
    report, language = row.report, get_language() or "ja"
    firings = sorted(report["firings"], key=lambda one: -one[1])[:shown]
    mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW).filter(
        pk__in=[one[0] for one in firings]
    )
    if within is not Permission.PLAYBOOKS_VIEW:
        mine = mine.filter(pk__in=Account.objects.for_member(request.user, within).values("pk"))
    names = dict(mine.values_list("pk", "name"))
    listed = tuple(Firing(date_of(day), account, names.get(account), BECAME[out]) for account, day, out in firings)
    span = max((row.last - row.first).days / 30.4, 1)
    minutes, owners = report["effort"]["minutes"], report["effort"]["owners"]
    return Told(row, months.draw(report["months"], language), _finding(report["caught"]), listed, minutes / 60,
                minutes / owners / span, report["fired"] / span, tuple(map(_overlap, report["overlaps"])))  # fmt: skip


def _overlap(one: dict[str, Any]) -> Overlap:
    words = UNCOUNTED.get(one.get("state", "none"), UNCOUNTED["none"]) if one["count"] is None else None
    if "first" in one:
        begin, end = (date.fromisoformat(one[side]) for side in ("first", "last"))
        words = Text(
            f"of the days from {format.day(begin, 'en')} to {format.day(end, 'en')}",
            f"{format.day(begin, 'ja')}〜{format.day(end, 'ja')}の分のみ",
        )
    return Overlap(one["playbook"], Text(one["en"], one["ja"]), one["count"], words)


def _finding(caught: dict[str, Any]) -> Text | None:
    leavers, found, days = caught["leavers"], caught["caught"], caught["median_days"]
    if not leavers:
        return Text("Nobody left in these months", "この期間に解約はなかった")
    if not found:
        return Text(
            f"None of the {leavers} customers who left was caught", f"解約 {leavers}件のうち、捉えたものはなかった"
        )
    those, were = "customer" if leavers == 1 else "customers", "was" if found == 1 else "were"
    return Text(f"Of {leavers} {those} who left, {found} {were} caught, {days:.0f} days before (median)",
                f"解約 {leavers}件のうち{found}件を、中央値{days:.0f}日前に捉えた")  # fmt: skip


@requires(Permission.PLAYBOOKS_VIEW)
def replay(request: MemberRequest, key: str) -> HttpResponse:
    """The newest replay of the shown version or a kept one, compared with the live version's; every firing."""
    found = standing.of(key)
    row = _stored(request, found)
    version = row.version if row else found.shown
    live = found.live.replays.filter(state="done").first() if found.live and found.live != version else None
    context = {
        **standing.head(request, found, "playbook-replay"),
        "replay": row,
        "version": version,
        "is_kept": bool(row and request.GET.get("stored")),
        "told": told(request, row, WHOLE),
        "live": told(request, live),
        "months": MONTHS,
        "is_changed": bool(row and row.document != found.document),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "playbooks/replay.html", context)


@require_POST
@requires(Permission.PLAYBOOKS_EDIT)
def ask(request: MemberRequest, key: str) -> HttpResponse:
    found = standing.of(key)
    count = whole(request.POST.get("months")) or 12
    try:
        replays.ask(found.shown, months=count, by=Actor.of(request.user), at=request.at)
        toasts.say(request, _("Asked for. The figures appear here in a moment."))
    except replays.TooLong:
        toasts.say(request, _("From 1 to 24 months."))
    return HttpResponseRedirect(reverse("playbook-replay", args=[key]))


@requires(Permission.EXPORT)
def replay_export(request: MemberRequest, key: str, kind: str) -> HttpResponseBase:
    """Every firing of the replay that is shown, of the accounts within the right to export."""
    found, language = standing.of(key), get_language() or "ja"
    row = _stored(request, found)
    row = row if row and row.state == "done" else found.shown.replays.filter(state="done").first()
    shown = told(request, row, replays.LISTED, within=Permission.EXPORT)
    lines = [[one.day, one.name, one.became.in_(language)] for one in shown.firings if one.name] if shown else []
    exports.note(request, "playbook", len(lines), {}, room="playbooks")
    head = [one.in_(language) for one in (Text("Day", "発火日"), Text("Account", "顧客"), Text("Became", "その後"))]
    return exports.answer(kind, f"replay-{key}", head, lines, request.at)


def _stored(request: MemberRequest, found: standing.Standing) -> PlaybookReplay | None:
    """The kept replay that the address names; else the newest of the shown version. Raises Http404 for no replay of it."""
    asked = whole(request.GET.get("stored"))
    if asked is None:
        return found.shown.replays.first()
    return get_object_or_404(PlaybookReplay.objects.select_related("version"), pk=asked, version__playbook=found.row)


urlpatterns = [
    path("playbooks/<slug:key>/replay", replay, name="playbook-replay"),
    path("playbooks/<slug:key>/replay/ask", ask, name="playbook-replay-ask"),
    path("playbooks/<slug:key>/replay/export.<str:kind>", replay_export, name="playbook-replay-export"),
]
