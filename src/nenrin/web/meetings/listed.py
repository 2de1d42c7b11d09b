"""The list of meetings: today's first, by day; mine, the team's, all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language

from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of, start_of
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import page_of, plain
from nenrin.work.models import Attendee, CalendarSubscription, Meeting, ReceivedMail
from nenrin.work.models.meeting import STATES, State
from nenrin.work.models.received_mail import State as MailState

HIDDEN = "●●●"
WHEN: dict[str, Text] = {
    "ahead": Text("Today and ahead", "今日以降"),
    "past": Text("Past", "過去"),
    "open": Text("Notes missing", "記録なし"),
    "cancelled": Text("Cancelled", "中止"),
}
WHOSE: dict[str, Text] = {"mine": Text("Mine", "自分"), "team": Text("Team", "チーム"), "all": Text("All", "すべて")}


@dataclass(frozen=True, slots=True)
class Line:
    """One row; words are dots for whoever may not read personal data."""

    meeting: Meeting
    title: str
    people: str
    state: Text
    is_over: bool
    begins: str  # "10:00" on the reader's clock
    ends: str


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    is_today: bool
    lines: Sequence[Line]


@requires(Permission.MEETINGS_VIEW)
def meetings(request: MemberRequest) -> HttpResponse:
    """Meetings in the viewer's scope, by day."""
    whose, when = _asked(request)
    page = page_of(_rows(request, whose, when), request)
    here = reverse("meetings")
    mine = CalendarSubscription.objects.filter(member=request.user, ended_at__isnull=True)
    context = {
        "as_of": request.at,
        "page": page,
        "days": list(_days(lines(list(page.object_list), request), navigation.today(request))),
        "whose": whose,
        "when": when,
        "tabs": [Tab(label, f"{here}?when={key}&whose={whose}", key == when) for key, label in WHEN.items()],
        "ways": [(key, label) for key, label in WHOSE.items() if key != "team" or request.user.team_id],
        "may_edit": allowed(request.user, Permission.MEETINGS_EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
        "has_calendar": mine.exists(),
        "unmatched": _unmatched(request),
    }
    return render(request, "meetings/list.html", context)


def _asked(request: MemberRequest) -> tuple[str, str]:
    whose, when = plain(request.GET.get("whose"), 10), plain(request.GET.get("when"), 10)
    return whose if whose in WHOSE else "mine", when if when in WHEN else "ahead"


def _rows(request: MemberRequest, whose: str, when: str) -> QuerySet[Meeting]:
    rows = Meeting.objects.for_member(request.user, Permission.MEETINGS_VIEW)
    if whose == "mine":
        rows = rows.of(request.user)
    elif whose == "team":
        attends = Attendee.objects.filter(meeting=OuterRef("pk"), member__team=request.user.team_id or 0)
        rows = rows.filter(Q(owner__team=request.user.team_id or 0) | Exists(attends))
    begin = start_of(navigation.today(request), organisation.zone())
    planned = Q(state=State.PLANNED)
    condition, order = {
        "ahead": (~Q(state=State.CANCELLED) & Q(starts_at__gte=begin), "starts_at"),
        "past": (~Q(state=State.CANCELLED) & Q(starts_at__lt=begin), "-starts_at"),
        "open": (planned & Q(starts_at__lt=request.at, starts_at__gte=begin - timedelta(days=30)), "-starts_at"),
        "cancelled": (Q(state=State.CANCELLED), "-starts_at"),
    }[when]
    if when == "open":
        rows = rows.filter(account__isnull=False)
    found = rows.filter(condition).order_by(order, "pk").select_related("account", "owner")
    return found.prefetch_related("attendees__contact", "attendees__member")


def lines(rows: Sequence[Meeting], request: MemberRequest) -> list[Line]:
    may_read = visible(request.user, FieldClass.PERSONAL)
    zone = ZoneInfo(request.user.zone) if request.user.zone else organisation.zone()
    return [_line(row, may_read, request.at, zone) for row in rows]


def _line(row: Meeting, may_read: bool, at: datetime, zone: ZoneInfo) -> Line:
    people = Text(", ", "、").in_(get_language() or "ja").join(each.shown for each in row.attendees.all()[:6])
    begins, ends = (f"{each.astimezone(zone):%H:%M}" for each in (row.starts_at, row.ends_at))
    title, who = (row.title, people) if may_read else (HIDDEN, "")
    return Line(row, title, who, STATES[State(row.state)], row.ends_at < at, begins, ends)


def _days(found: Sequence[Line], today: date) -> Iterator[Day]:
    language, zone = get_language() or "ja", organisation.zone()
    groups: dict[date, list[Line]] = {}
    for line in found:
        groups.setdefault(day_of(line.meeting.starts_at, zone), []).append(line)
    for day, each in groups.items():
        yield Day(format.day(day, language, "long"), day == today, each)


def _unmatched(request: MemberRequest) -> int:
    """Received mails that wait for this member to say whose they are."""
    if not visible(request.user, FieldClass.PERSONAL):
        return 0
    return ReceivedMail.objects.filter(member=request.user, state=MailState.UNMATCHED).count()


HEAD = (Text("id", "id"), Text("Beginning", "開始"), Text("End", "終了"), Text("Meeting", "打ち合わせ"), Text("Account", "顧客"),
        Text("Owner", "主催"), Text("People", "参加者"), Text("State", "状態"), Text("Place", "場所"), Text("Notes", "記録"))  # fmt: skip


@requires(Permission.EXPORT)
def meetings_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The list as CSV or Excel: meetings with accounts within the right to export, and one's own."""
    whose, when = _asked(request)
    reach = Meeting.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = _rows(request, whose, when).filter(pk__in=reach)
    base = Meeting.objects.select_related("account", "owner").prefetch_related(
        "attendees__contact", "attendees__member"
    )
    language, zone = exports.language(), organisation.zone()
    cells = (
        _cells(line, language, zone)
        for chunk in exports.chunks(rows.prefetch_related(None), base)
        for line in lines(chunk, request)
    )
    exports.note(request, "meeting", rows.count(), {"whose": whose, "when": when}, room="work")
    return exports.answer(kind, "meetings", [head.in_(language) for head in HEAD], cells, request.at)


def _cells(line: Line, language: str, zone: Any) -> list[Any]:
    row, may_read = line.meeting, line.title != HIDDEN
    begin, end = (f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in (row.starts_at, row.ends_at))
    return [row.pk, begin, end, line.title, row.account.name if row.account else "", row.owner.name if row.owner else "",
            line.people, line.state.in_(language), row.place if may_read else "", row.notes if may_read else ""]  # fmt: skip


urlpatterns = [
    path("meetings", meetings, name="meetings"),
    path("meetings/export.<str:kind>", meetings_export, name="meetings-export"),
]
