"""A segment on the past: how often it would have been entered and left, by whom, and with which others it overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
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
from nenrin.insight.models import Segment
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.replaying.replays import TooLong
from nenrin.values import Text
from nenrin.web import exports, listing, toasts
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires

MONTHS = (3, 6, 12, 24)
MOVES = {"entered": Text("entered", "該当"), "left": Text("left", "非該当")}
HEAD = (Text("Day", "日付"), Text("Account", "顧客"), Text("Move", "変化"))


@dataclass(frozen=True, slots=True)
class Move:
    day: date
    account: int
    name: str
    what: Text


def tabs(key: int, here: str) -> list[Tab]:
    return [
        Tab(Text("Condition", "条件"), reverse("segment", args=[key]), here == "segment"),
        Tab(Text("Replay", "過去シミュレーション"), reverse("segment-replay", args=[key]), here == "segment-replay"),
    ]


@requires(Permission.SEGMENTS_VIEW)
def replay(request: MemberRequest, key: int) -> HttpResponse:
    """The newest look at the past of this segment; moves of the viewer's accounts, fifty to a page."""
    segment = get_object_or_404(Segment, pk=key, archived_at__isnull=True)
    row = rehearsals.newest("segment", str(key))
    report = row.report if row and row.state == "done" else None
    what = request.GET.get("what", "")
    moves = _moves(request, report, what if what in MOVES else "") if report else []
    page = Paginator(moves, listing.PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": row.last if row else request.at,
        "segment": segment,
        "row": row,
        "report": report,
        "finding": _finding(report) if report else None,
        "picture": _picture(report) if report else None,
        "page": page,
        "moves": page.object_list,
        "whats": MOVES,
        "what": what if what in MOVES else "",
        "months": MONTHS,
        "is_changed": bool(row and row.document != segment.condition),
        "tabs": tabs(key, "segment-replay"),
        "may_edit": allowed(request.user, Permission.SEGMENTS_EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "segments/replay.html", context)


def _moves(
    request: MemberRequest, report: dict[str, Any], what: str, within: Permission = Permission.SEGMENTS_VIEW
) -> list[Move]:
    """Moves of the accounts within reach, the newest first."""
    mine = Account.objects.for_member(request.user, Permission.SEGMENTS_VIEW)
    if within is not Permission.SEGMENTS_VIEW:
        mine = mine.filter(pk__in=Account.objects.for_member(request.user, within).values("pk"))
    names = dict(mine.values_list("pk", "name"))
    told = [
        Move(date_of(day), account, names[account], MOVES["entered" if entered else "left"])
        for account, day, entered in report["moves"]
        if account in names
    ]
    return [one for one in told if not what or one.what is MOVES[what]]


def _finding(report: dict[str, Any]) -> Text:
    entered, accounts, stay = report["entered"], report["accounts"], report["days_a_stay"]
    if not accounts:
        return Text("Nobody would have been in it on any day.", "どの日にも該当する顧客はありませんでした。")
    return Text(
        f"Entered {format.counted(entered, 'time')}; {format.counted(accounts, 'account')} in it on some day, for {stay:g} days at a time on average.",
        f"新たな該当は{entered}回。いずれかの日に該当した顧客は{accounts}社、1回あたり平均{stay:g}日。",
    )


def _picture(report: dict[str, Any]) -> Lines | None:
    months = report["months"]
    if len(months) < 2:
        return None
    entered, left = ([row[n] for row in months] for n in (1, 2))
    words = Text("Entered and left by month", "月別の該当・非該当")
    return Lines(
        tuple(str(row[0]) for row in months),
        (
            Series(MOVES["entered"], tuple(map(float, entered)), tuple(map(str, entered))),
            Series(MOVES["left"], tuple(map(float, left)), tuple(map(str, left))),
        ),
        words,
        axis=Text("Month", "月"),
    )


@require_POST
@requires(Permission.SEGMENTS_EDIT)
def ask(request: MemberRequest, key: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=key, archived_at__isnull=True)
    count = listing.whole(request.POST.get("months")) or 12
    try:
        rehearsals.of_segment(segment, months=count, by=Actor.of(request.user), at=request.at)
        toasts.say(request, _("Asked for. The figures appear here in a moment."))
    except TooLong:
        toasts.say(request, _("From 1 to 24 months."))
    return HttpResponseRedirect(reverse("segment-replay", args=[key]))


@requires(Permission.EXPORT)
def export(request: MemberRequest, key: int, kind: str) -> HttpResponseBase:
    """Every move of the newest look, of the accounts within the right to export."""
    segment, language = get_object_or_404(Segment, pk=key, archived_at__isnull=True), get_language() or "ja"
    row = Rehearsal.objects.filter(noun="segment", key=str(segment.pk), state="done").first()
    what = request.GET.get("what", "")
    moves = _moves(request, row.report, what if what in MOVES else "", Permission.EXPORT) if row else []
    exports.note(request, "rehearsal", len(moves), {"segment": str(key), "what": what}, room="playbooks")
    lines = [[one.day, one.name, one.what.in_(language)] for one in moves]
    return exports.answer(kind, f"segment-{key}-replay", [one.in_(language) for one in HEAD], lines, request.at)


urlpatterns = [
    path("segments/<int:key>/replay", replay, name="segment-replay"),
    path("segments/<int:key>/replay/ask", ask, name="segment-replay-ask"),
    path("segments/<int:key>/replay/export.<str:kind>", export, name="segment-replay-export"),
]
