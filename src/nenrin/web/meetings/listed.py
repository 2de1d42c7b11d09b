"""The list of meetings: today's first, by day unless another order is asked for; mine, the team's, all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
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
SORTS = {
    "when": "starts_at", "account": "account__name", "title": "title", "owner": "owner__name", "state": "state",
}  # fmt: skip
FILTERS = ("q", "member", "from", "until")
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
    day: str  # in the organisation's calendar


@dataclass(frozen=True, slots=True)
class Day:
    """`name` is empty where the order is not by time: each line then says its own day."""

    name: str
    is_today: bool
    lines: Sequence[Line]


@requires(Permission.MEETINGS_VIEW)
def meetings(request: MemberRequest) -> HttpResponse:
    """Meetings in the viewer's scope, by day unless another order is asked for."""
    whose, when = _asked(request)
    filters, sort = _filters(request), _sort(request, when)
    page = page_of(_rows(request, whose, when, filters, sort), request)
    drawn, by_day = lines(list(page.object_list), request), sort.removeprefix("-") == "when"
    here = reverse("meetings")
    mine = CalendarSubscription.objects.filter(member=request.user, ended_at__isnull=True)
    context = {
        "as_of": request.at,
        "page": page,
        "days": list(_days(drawn, navigation.today(request))) if by_day else [Day("", False, drawn)] if drawn else [],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "members": list(Member.objects.filter(is_active=True).order_by("name").values_list("pk", "name")),
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


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in FILTERS}


def _sort(request: MemberRequest, when: str) -> str:
    """What is ahead begins with the next, the past with the last."""
    return chosen_sort(request, SORTS, "when" if when == "ahead" else "-when")


def _rows(request: MemberRequest, whose: str, when: str, filters: Mapping[str, str], sort: str) -> QuerySet[Meeting]:
    rows = Meeting.objects.for_member(request.user, Permission.MEETINGS_VIEW)
    if whose == "mine":
        rows = rows.of(request.user)
    elif whose == "team":
        attends = Attendee.objects.filter(meeting=OuterRef("pk"), member__team=request.user.team_id or 0)
        rows = rows.filter(Q(owner__team=request.user.team_id or 0) | Exists(attends))
    begin = start_of(navigation.today(request), organisation.zone())
    planned = Q(state=State.PLANNED)
    condition = {
        "ahead": ~Q(state=State.CANCELLED) & Q(starts_at__gte=begin),
        "past": ~Q(state=State.CANCELLED) & Q(starts_at__lt=begin),
        "open": planned & Q(starts_at__lt=request.at, starts_at__gte=begin - timedelta(days=30)),
        "cancelled": Q(state=State.CANCELLED),
    }[when]
    if when == "open":
        rows = rows.filter(account__isnull=False)
    found = _narrowed(rows.filter(condition), filters, visible(request.user, FieldClass.PERSONAL))
    return ordered(found, sort, SORTS).select_related("account", "owner").prefetch_related(*_PEOPLE)


_PEOPLE = ("attendees__contact", "attendees__member")


def _narrowed(rows: QuerySet[Meeting], filters: Mapping[str, str], may_read: bool) -> QuerySet[Meeting]:
    """Words of titles, notes and people are searched by whoever may read them, the account's name by everybody."""
    if said := filters["q"]:
        found = Q(account__search__contains=normal(said))
        if may_read:
            people = Attendee.objects.filter(meeting=OuterRef("pk"), contact__name__icontains=said)
            found |= Q(title__icontains=said) | Q(notes__icontains=said) | Q(agenda__icontains=said) | Q(Exists(people))
        rows = rows.filter(found)
    if member := whole(filters["member"]):
        rows = rows.filter(Q(owner=member) | Exists(Attendee.objects.filter(meeting=OuterRef("pk"), member=member)))
    zone = organisation.zone()
    if (first := _day(filters["from"])) is not None:
        rows = rows.filter(starts_at__gte=start_of(first, zone))
    if (last := _day(filters["until"])) is not None:
        rows = rows.filter(starts_at__lt=start_of(last + timedelta(1), zone))
    return rows


def _day(said: str) -> date | None:
    """A day of the address; None where it is none, or stands where no calendar goes."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


def lines(rows: Sequence[Meeting], request: MemberRequest) -> list[Line]:
    may_read = visible(request.user, FieldClass.PERSONAL)
    zone = ZoneInfo(request.user.zone) if request.user.zone else organisation.zone()
    return [_line(row, may_read, request.at, zone) for row in rows]


def _line(row: Meeting, may_read: bool, at: datetime, zone: ZoneInfo) -> Line:
    people = Text(", ", "、").in_(get_language() or "ja").join(each.shown for each in row.attendees.all()[:6])
    begins, ends = (f"{each.astimezone(zone):%H:%M}" for each in (row.starts_at, row.ends_at))
    title, who = (row.title, people) if may_read else (HIDDEN, "")
    day = format.day(day_of(row.starts_at, organisation.zone()), get_language() or "ja")
    return Line(row, title, who, STATES[State(row.state)], row.ends_at < at, begins, ends, day)


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
    filters = _filters(request)
    reach = Meeting.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = _rows(request, whose, when, filters, _sort(request, when)).filter(pk__in=reach)
    base = Meeting.objects.select_related("account", "owner").prefetch_related(*_PEOPLE)
    language, zone = exports.language(), organisation.zone()
    cells = (
        _cells(line, language, zone)
        for chunk in exports.chunks(rows.prefetch_related(None), base)
        for line in lines(chunk, request)
    )
    exports.note(request, "meeting", rows.count(), {"whose": whose, "when": when, **filters}, room="work")
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
