"""Whom the criteria of a journey propose to move: on to the next stage, or back to the one before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.journeys import board, common, filters, rows
from nenrin.web.journeys.common import Here
from nenrin.web.journeys.filters import Filters
from nenrin.web.listing import chosen_sort, ordered
from nenrin.work.journeys import overlays
from nenrin.work.journeys.documents import StageDesign
from nenrin.work.models.journey import STANDINGS

SHOWN = 100
SIGNALS: Final[dict[str, Text]] = {
    "ready": Text("Ready to move on", "次のステージへ進める"),
    "unfit": Text("No longer meets the entry criteria", "開始条件を満たさなくなった"),
}
SORTS = {
    "account": "name", "stage": "stage", "since": "since", "health": "health__score", "owner": "owner__name",
}  # fmt: skip
HEAD = (
    Text("id", "id"), Text("Account", "顧客"), Text("Suggestion", "提案"), Text("Stage", "ステージ"),
    Text("To the stage", "移動先"), Text("In it since", "開始日"), Text("Day", "経過日数"), Text("Standing", "進み具合"),
    Text("Health", "ヘルス"), Text("Owner", "担当"),
)  # fmt: skip


@requires(common.VIEW)
def suggestions(request: MemberRequest) -> HttpResponse:
    """Who is ready to move on, and who no longer meets what the stage asks of who enters."""
    here = common.here(request)
    if here is None:
        return board.none(request, "journey-suggestions")
    asked, sort = filters.read(request.GET, here.design.keys), chosen_sort(request, SORTS, "since")
    parts = []
    for signal in SIGNALS:
        wanted = _wanted(here.accounts(request), here, request, asked, signal)
        drawn = rows.lines(_ordered(wanted, sort)[:SHOWN], here, request.user)
        parts.append((signal, wanted.count(), [{"line": one, "to": _goal(one, here, signal)} for one in drawn]))
    stages = [(one.stage, one.name) for one in here.design.stages]
    context = {
        "as_of": request.at, "here": here, "tabs": common.tabs("journey-suggestions", here.key), "parts": parts,
        "stages": stages, "may_move": common.may(request, common.EDIT), "back": request.get_full_path(), "sort": sort,
        "filters": asked, "owners": filters.owners(request.user), "standings": STANDINGS.items(),
        "overlays": overlays.NAMES.items(),
        "may_export": common.may(request, Permission.EXPORT), "query": request.GET.urlencode(),
        "is_empty": not any(count for _, count, _ in parts),
    }  # fmt: skip
    return render(request, "journeys/suggestions.html", context)


def _wanted(
    accounts: QuerySet[Account], here: Here, request: MemberRequest, asked: Filters, signal: str
) -> QuerySet[Any]:  # Any: annotated
    found = filters.apply(rows.base(accounts, here), asked, request.user, here.today)
    return rows.with_signals(found.filter(**filters.SIGNALS[signal]), here.today)


def _ordered(found: QuerySet[Any], sort: str) -> QuerySet[Any]:  # Any: annotated
    return ordered(found, sort, SORTS)


def _goal(line: rows.Line, here: Here, signal: str) -> StageDesign | None:
    """The stage to which the proposal goes: the next one, or the one before; none from a stage that was taken out."""
    stands = here.design.place(line.account.stage)
    place = stands + (1 if signal == "ready" else -1)
    return here.design.stages[place] if stands >= 0 and 0 <= place < len(here.design.stages) else None


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Both lists in one file, in the order of the page, of accounts within the right to export."""
    here, language, zone = common.here(request), get_language() or "ja", organisation.zone()
    head = [one.in_(language) for one in HEAD]
    if here is None:
        return exports.answer(kind, "journey-suggestions", head, [], request.at)
    asked, sort = filters.read(request.GET, here.design.keys), chosen_sort(request, SORTS, "since")
    reach = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    mine = here.accounts(request).filter(pk__in=reach)
    found = {signal: _ordered(_wanted(mine, here, request, asked, signal), sort) for signal in SIGNALS}
    count = sum(each.count() for each in found.values())
    exports.note(request, "suggestion", count, {"journey": here.key} | asked.told, room="work")

    def body() -> Iterator[list[Any]]:
        for signal, each in found.items():
            for chunk in exports.chunks(each, rows.with_signals(rows.base(mine, here), here.today)):
                for line in rows.lines(chunk, here, request.user):
                    yield _cells(line, SIGNALS[signal], _goal(line, here, signal), language, zone)

    return exports.answer(kind, "journey-suggestions", head, body(), request.at)


def _cells(line: rows.Line, signal: Text, goal: StageDesign | None, language: str, zone: ZoneInfo) -> list[Any]:
    row: Any = line.account  # annotated
    return [
        row.pk, row.name, signal.in_(language), line.stage.in_(language), goal.name.in_(language) if goal else "",
        day_of(row.since, zone) if line.day else "", line.day or "", line.standing.in_(language),
        round(line.health.score) if line.health else "", row.owner.name if row.owner else "",
    ]  # fmt: skip


urlpatterns = [
    path("journey/suggestions", suggestions, name="journey-suggestions"),
    path("journey/suggestions/export.<str:kind>", export, name="journey-suggestions-export"),
]
