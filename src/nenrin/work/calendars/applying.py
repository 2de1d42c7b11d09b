"""A calendar as meetings: those it names are here as it says, those it no longer names are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of, start_of
from nenrin.foundation.permissions import Permission
from nenrin.work import attendees
from nenrin.work.calendars import matching, reading
from nenrin.work.calendars.matching import Known
from nenrin.work.calendars.reading import Happening
from nenrin.work.models import CalendarSubscription, Meeting
from nenrin.work.models.meeting import State

AHEAD: Final = timedelta(days=60)


@dataclass(slots=True)
class Outcome:
    """What reading a calendar changed."""

    found: int = 0
    opened: int = 0
    changed: int = 0
    gone: int = 0


def apply(calendar: CalendarSubscription, content: str, *, at: datetime) -> Outcome:
    """Let the meetings of today and the 60 days after it stand as this text says. Safe to repeat. Raises Unreadable.

    Each is known by UID and RECURRENCE-ID. Journal: only for meetings with an account, as of meetings; what belongs to
    no account stays between its people. Held ones and accounts that a person chose stay as they are.
    """
    zone = _zone(calendar)
    since = start_of(day_of(at, zone), zone)
    found = [each for each in reading.happenings(content, since, since + AHEAD, zone) if not _declined(each, calendar)]
    within = Account.objects.for_member(calendar.member, Permission.MEETINGS_VIEW).standing()
    known = matching.known([person.address for each in found for person in each.people], within)
    outcome, by = Outcome(), Actor("source", f"calendar-{calendar.pk}", calendar.name)
    with transaction.atomic():
        standing = {
            row.outside: row
            for row in Meeting.objects.select_for_update(of=("self",)).filter(calendar=calendar, starts_at__gte=since)
        }
        standing |= _moved_here(calendar, found, standing)
        kept: set[str] = set()
        for each in found:
            account = known.account(person.address for person in each.people)
            if each.is_all_day and account is None:
                continue  # a birthday, a leave: no meeting
            kept.add(each.outside)
            _stand(calendar, each, standing.get(each.outside), account, known, outcome, by, at)
        for row in standing.values():
            if row.outside not in kept:
                outcome.gone += _vanish(row, by, at)
        outcome.found = len(kept)
    return outcome


def _zone(calendar: CalendarSubscription) -> ZoneInfo:
    return ZoneInfo(calendar.member.zone) if calendar.member.zone else organisation.zone()


def _declined(each: Happening, calendar: CalendarSubscription) -> bool:
    own = calendar.member.email.lower()
    return any(person.has_declined and person.address == own for person in each.people)


def _moved_here(
    calendar: CalendarSubscription, found: list[Happening], standing: dict[str, Meeting]
) -> dict[str, Meeting]:
    """Those that stood on a day before the window and were put into it."""
    missing = [each.outside for each in found if each.outside not in standing]
    rows = Meeting.objects.filter(calendar=calendar, outside__in=missing[:5000])
    return {row.outside: row for row in rows}


def _stand(
    calendar: CalendarSubscription, each: Happening, row: Meeting | None, account: int | None, known: Known,
    outcome: Outcome, by: Actor, at: datetime,
) -> None:  # fmt: skip
    told: dict[str, Any] = {
        "title": each.title, "starts_at": each.starts_at, "ends_at": each.ends_at, "is_all_day": each.is_all_day,
        "place": each.place, "link": each.link, "account_id": account,
    }  # fmt: skip
    if row is None:
        row = Meeting(
            calendar=calendar, outside=each.outside, owner=calendar.member, agenda=each.words, created_at=at, changed_at=at,
            **told,
        )  # fmt: skip
        row.save(force_insert=True)
        outcome.opened += 1
        _people(row, each, known)
        _tell("planned", row, by, at)
        return
    if row.state == State.HELD:
        return
    if row.is_account_set:
        told["account_id"] = row.account_id
    changed = {name for name, value in told.items() if getattr(row, name) != value}
    was_cancelled = row.state == State.CANCELLED and row.reason == GONE
    if changed or was_cancelled:
        for name in changed:
            setattr(row, name, told[name])
        row.state, row.reason = (State.PLANNED, "") if was_cancelled else (row.state, row.reason)
        row.version, row.changed_at = row.version + 1, at
        row.save()
        _tell("moved" if changed & {"starts_at", "ends_at"} else "changed", row, by, at)
    outcome.changed += bool(changed or was_cancelled or _people(row, each, known))


def _people(row: Meeting, each: Happening, known: Known) -> bool:
    addresses = {person.address: person.name for person in each.people}
    contacts = {known.contacts[a].pk: known.contacts[a] for a in addresses if a in known.contacts}
    members = {known.members[a].pk: known.members[a] for a in addresses if a in known.members}
    others = [(a, name) for a, name in addresses.items() if a not in known.contacts and a not in known.members]
    return attendees.put(row, contacts=contacts.values(), members=members.values(), addresses=others)


def _vanish(row: Meeting, by: Actor, at: datetime) -> bool:
    """A meeting that its calendar no longer names: gone, or cancelled where somebody has worked on it here."""
    if row.state != State.PLANNED:
        return False
    if row.notes or row.attachments.exists() or row.is_account_set:
        row.state, row.reason, row.version, row.changed_at = State.CANCELLED, GONE, row.version + 1, at
        row.save()
        _tell("cancelled", row, by, at)
        return True
    _tell("cancelled", row, by, at)
    row.delete()
    return True


def _tell(verb: str, row: Meeting, by: Actor, at: datetime) -> None:
    """Into the account's timeline; without an account nothing: it may be private."""
    if row.account_id is None:
        return
    local = row.starts_at.astimezone(organisation.zone())
    clock = "all-day" if row.is_all_day else f"{local:%H:%M}"
    said: dict[str, Any] = {"when": row.starts_at, "day_on": local.date(), "clock": clock}
    journal.record(
        f"work.meeting.{verb}", actor=by, at=at, account=row.account_id, subject=("meeting", row.pk), particulars=said,
        personal={"title": row.title}, version=row.version,
    )  # fmt: skip


#: The reason of those that were cancelled because their calendar no longer names them.
GONE: Final = "calendar"
