"""A version of a health model on the past, beside the live one: colours, changes, and playbooks that would have fired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.sentences import BANDS
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import HealthModelVersion
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.replaying.replays import TooLong
from nenrin.values import Text
from nenrin.web import exports, listing, toasts
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.health_models import standing as standings
from nenrin.web.health_models.standing import Standing, may_edit

VIEW = Permission.HEALTH_VIEW
MONTHS = (3, 6, 12, 24)
HEAD = (Text("Account", "顧客"), Text("Live version", "公開中の版"), Text("This version", "この版"))


@dataclass(frozen=True, slots=True)
class Moved:
    """An account that would be shown in another colour on the last day."""

    account: int
    name: str
    before: Band
    after: Band


@requires(VIEW)
def replay(request: MemberRequest, key: str) -> HttpResponse:
    """The newest look at the past of the draft, or of the live version where there is no draft."""
    standing = standings.of(key)
    version = _version(standing)
    row = rehearsals.newest("health_model", f"{key}/{version.number}")
    report = row.report if row and row.state == "done" else None
    page = Paginator(_moved(request, report) if report else [], listing.PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": row.last if row else request.at,
        "standing": standing,
        "model": standing.model,
        "version": version,
        "row": row,
        "report": report,
        "finding": _finding(report) if report else None,
        "bands": _bands(report) if report else [],
        "picture": _picture(report) if report else None,
        "page": page,
        "moved": page.object_list,
        "months": MONTHS,
        "is_changed": bool(row and row.document != version.document),
        "tabs": standings.tabs(key, "health-model-replay"),
        "may_edit": may_edit(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "health_models/replay.html", context)


def _version(standing: Standing) -> HealthModelVersion:
    found = standing.draft or standing.live
    if found is None:
        raise Http404
    return found


def _moved(request: MemberRequest, report: dict[str, Any], within: Permission = VIEW) -> list[Moved]:
    mine = Account.objects.for_member(request.user, VIEW)
    if within is not VIEW:
        mine = mine.filter(pk__in=Account.objects.for_member(request.user, within).values("pk"))
    names = dict(mine.values_list("pk", "name"))
    return [
        Moved(account, names[account], Band(before), Band(after))
        for account, before, after in report["moved"]
        if account in names
    ]


def _finding(report: dict[str, Any]) -> Text:
    live, draft = (report[side]["changes_a_year"] for side in ("live", "draft"))
    if live is None or draft is None:
        return Text("No account could be judged in these months.", "この期間に判定できる顧客がありません。")
    return Text(
        f"Colours would have changed {draft:.2f} times per account and year; with the live version {live:.2f} times.",
        f"色の変化は1社あたり年{draft:.2f}回。公開中の版では{live:.2f}回。",
    )


def _bands(report: dict[str, Any]) -> list[tuple[Text, int, int]]:
    return [
        (BANDS[band], report["live"]["bands"][band.value], report["draft"]["bands"][band.value])
        for band in reversed(list(Band))
    ]


def _picture(report: dict[str, Any]) -> Lines | None:
    months = report["months"]
    if len(months) < 2:
        return None
    live, draft = ([row[n] for row in months] for n in (1, 2))
    return Lines(
        tuple(str(row[0]) for row in months),
        (
            Series(HEAD[2], tuple(map(float, draft)), tuple(map(str, draft))),
            Series(HEAD[1], tuple(map(float, live)), tuple(map(str, live))),
        ),
        Text("Changes of colour by month", "月別の色の変化"),
        axis=Text("Month", "月"),
    )


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def ask(request: MemberRequest, key: str) -> HttpResponse:
    version = _version(standings.of(key))
    count = listing.whole(request.POST.get("months")) or 12
    try:
        rehearsals.of_model(version, months=count, by=Actor.of(request.user), at=request.at)
        toasts.say(request, _("Asked for. The figures appear here in a moment."))
    except TooLong:
        toasts.say(request, _("From 1 to 24 months."))
    return HttpResponseRedirect(reverse("health-model-replay", args=[key]))


@requires(Permission.EXPORT)
def export(request: MemberRequest, key: str, kind: str) -> HttpResponseBase:
    """Accounts that would be shown in another colour, within the right to export."""
    version, language = _version(standings.of(key)), get_language() or "ja"
    row = Rehearsal.objects.filter(noun="health_model", key=f"{key}/{version.number}", state="done").first()
    found = _moved(request, row.report, Permission.EXPORT) if row else []
    exports.note(request, "rehearsal", len(found), {"health_model": key}, room="playbooks")
    lines = [[one.name, BANDS[one.before].in_(language), BANDS[one.after].in_(language)] for one in found]
    return exports.answer(kind, f"health-{key}-replay", [one.in_(language) for one in HEAD], lines, request.at)


urlpatterns = [
    path("health-models/<slug:key>/replay", replay, name="health-model-replay"),
    path("health-models/<slug:key>/replay/ask", ask, name="health-model-replay-ask"),
    path("health-models/<slug:key>/replay/export.<str:kind>", export, name="health-model-replay-export"),
]
