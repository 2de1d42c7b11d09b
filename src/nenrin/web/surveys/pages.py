"""What we asked and what was answered: shares with their intervals, every survey of the viewer's accounts, as a file too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.analytics import intervals
from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import words
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import exports, listing
from nenrin.web.guard import MemberRequest, requires

VIEW = Permission.MAIL_VIEW
STATES = {
    "waiting": Text("Not sent yet", "未送信"),
    "sent": Text("No answer yet", "未回答"),
    "answered": Text("Answered", "回答済み"),
    "over": Text("Over without an answer", "期限切れ"),
    "unsent": Text("Reached nobody", "未達"),
}
SORTS = {
    "asked": "asked_at", "account": "account__name", "survey": "survey", "score": "score", "answered": "answered_at",
}  # fmt: skip
HEAD = (
    Text("Account", "顧客"), Text("Person", "担当者"), Text("Survey", "アンケート"), Text("State", "状態"),
    Text("Score", "点数"), Text("Asked", "依頼日時"), Text("Answered", "回答日時"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    survey: SurveyAsk
    name: Text
    state: Text


@dataclass(frozen=True, slots=True)
class Summary:
    """`share` of those whose mail went out, with its 95 % interval (Wilson)."""

    name: Text
    sent: int
    answered: int
    share: float | None
    low: float | None
    high: float | None


@requires(VIEW)
def surveys(request: MemberRequest) -> HttpResponse:
    """Surveys of the viewer's accounts: filters in the address, fifty to a page."""
    rows, sort = _rows(request), listing.chosen_sort(request, SORTS, "-asked")
    page = listing.page_of(listing.ordered(rows, sort, SORTS), request)
    context = {
        "as_of": request.at,
        "page": page,
        "lines": [_line(row, request) for row in page.object_list],
        "summaries": _summaries(request),
        "sort": sort,
        "kinds": words.NAMES,
        "states": STATES,
        "kind": request.GET.get("survey", ""),
        "state": request.GET.get("state", ""),
        "q": listing.plain(request.GET.get("q")),
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "surveys/surveys.html", context)


def _mine(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[SurveyAsk]:
    rows = SurveyAsk.objects.for_member(request.user, VIEW)
    return rows if permission is VIEW else rows & SurveyAsk.objects.for_member(request.user, permission)


def _rows(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[SurveyAsk]:
    rows, at = _mine(request, permission).select_related("account", "contact"), request.at
    if (kind := request.GET.get("survey", "")) in words.NAMES:
        rows = rows.filter(survey=kind)
    if q := listing.plain(request.GET.get("q")):
        rows = rows.filter(account__name__icontains=q)
    answered, gone, lost = Q(answered_at__isnull=False), Q(sent_on__isnull=False), Q(unsent_at__isnull=False)
    chosen = {
        "answered": answered,
        "unsent": ~answered & lost,
        "over": ~answered & ~lost & Q(expires_at__lte=at),
        "sent": ~answered & gone & Q(expires_at__gt=at),
        "waiting": ~answered & ~gone & ~lost & Q(expires_at__gt=at),
    }.get(request.GET.get("state", ""))
    return rows if chosen is None else rows.filter(chosen)


def _line(row: SurveyAsk, request: MemberRequest) -> Line:
    if row.answered_at:
        state = "answered"
    elif row.unsent_at:
        state = "unsent"
    elif row.expires_at <= request.at:
        state = "over"
    else:
        state = "sent" if row.sent_on else "waiting"
    return Line(row, words.NAMES[row.survey], STATES[state])


def _summaries(request: MemberRequest) -> list[Summary]:
    gone = Q(sent_on__isnull=False) | Q(answered_at__isnull=False)
    counted = _mine(request).order_by().values("survey").annotate(
        sent=Count("pk", filter=gone), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )  # fmt: skip
    found = []
    for one in counted:
        sent, answered = one["sent"], one["answered"]
        low, high = intervals.wilson(answered, sent) or (None, None)
        share = answered / sent if sent else None
        found.append(Summary(words.NAMES[one["survey"]], sent, answered, share, low, high))
    return found


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """Surveys of accounts within the right to export, as filtered and sorted."""
    language, sort = exports.language(), listing.chosen_sort(request, SORTS, "-asked")
    rows = listing.ordered(_rows(request, Permission.EXPORT), sort, SORTS)
    filters = {key: listing.plain(request.GET[key]) for key in ("survey", "state", "q") if key in request.GET}
    exports.note(request, "survey", rows.count(), filters, room="engage")
    heads = [head.in_(language) for head in HEAD]
    return exports.answer(kind, "surveys", heads, _cells(rows, request, language), request.at)


def _cells(rows: QuerySet[SurveyAsk], request: MemberRequest, language: str) -> Iterator[list[object]]:
    may_read = visible(request.user, FieldClass.PERSONAL)
    for row in rows.iterator(500):
        line = _line(row, request)
        person = row.contact.name if row.contact and may_read else ""
        yield [row.account.name, person, line.name.in_(language), line.state.in_(language), row.score, row.asked_at,
               row.answered_at]  # fmt: skip


urlpatterns = [
    path("surveys", surveys, name="surveys"),
    path("surveys/export.<str:kind>", export, name="surveys-export"),
]
