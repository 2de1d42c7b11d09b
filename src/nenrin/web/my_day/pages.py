"""My day: what a member's accounts ask for now, in the order of worth, up to what the day holds."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.foundation import organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.permissions import Permission, allowed
from nenrin.web import navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.my_day import beside, changes, lines, strip
from nenrin.work.models.meeting import Meeting
from nenrin.work.queue import asking, busy
from nenrin.work.queue.asking import Day
from nenrin.work.queue.portfolio import Portfolio, Standing

#: Rows beyond the day's minutes that are shown at once, and all that are ever shown.
BEYOND, MOST = 5, 200
#: Accounts that an empty day suggests.
SUGGESTED = 5


@requires(Permission.TASKS_VIEW)
def my_day(request: MemberRequest) -> HttpResponse:
    """The queue, with what changed and what is due beside it; `?all=1` shows what no longer fits into the day
    too, `?news=1` whatever changed."""
    org = navigation.organisation_of(request) or organisation.current()
    zone = ZoneInfo(org.zone)
    today = day_of(request.at, zone)
    meetings = busy.meetings(request.user, today, zone)
    day = asking.my_day(request.user, today, request.at, org, busy=busy.minutes(meetings))
    return render(request, "my_day/my_day.html", context(request, day, meetings, zone))


def context(request: MemberRequest, day: Day, meetings: list[Meeting], zone: ZoneInfo) -> dict[str, Any]:
    """What the page shows of a day: one's own, or that of a colleague for whoever leads."""
    held, begun = day.portfolio, changes.since(day.on, zone)
    within, beyond = day.cut.within, day.cut.beyond
    shown = beyond[: MOST if request.GET.get("all") else BEYOND]
    drawn = lines.lines([*within, *shown], day.on)
    return {
        "as_of": request.at,
        "day": day,
        "whose": held.member,
        "is_own": held.member.pk == request.user.pk,
        "facts": strip.facts(held, get_language() or "ja"),
        "within": drawn[: len(within)],
        "beyond": drawn[len(within) :],
        "hidden": len(beyond) - len(shown),
        "explained": lines.explained(),
        "meetings": beside.planned(meetings, _reader_zone(request, zone), held.member, request.user),
        "drafts": beside.drafts(held) if held.member.pk == request.user.pk else None,
        "since": begun,
        "changes": changes.of(held, begun, everything=bool(request.GET.get("news"))),
        "others": beside.others(held, request.user),
        "handed": beside.handed(held, request.user),
        "quiet": [] if within or beyond else quiet(held),
        "may_answer": held.member.pk == request.user.pk and allowed(request.user, Permission.TASKS_EDIT) is not None,
        "may_see_team": allowed(request.user, Permission.CAPACITY_VIEW) is not None,
    }


def _reader_zone(request: MemberRequest, zone: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(request.user.zone) if request.user.zone else zone


def quiet(held: Portfolio) -> list[tuple[Standing, int | None]]:
    """The accounts that nobody has been in touch with for longest, and for how many days."""
    rows = sorted(
        held.standing.values(), key=lambda row: (row.touched_on is not None, row.touched_on or held.on, -row.arr)
    )
    return [(row, (held.on - row.touched_on).days if row.touched_on else None) for row in rows[:SUGGESTED]]


urlpatterns = [path("my-day", my_day, name="my-day")]
