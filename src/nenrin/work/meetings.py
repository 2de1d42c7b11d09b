"""Meetings: planned, moved, cancelled, held; what was said there becomes the account's timeline exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Contact
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import attendees, checking, meeting_notices, survivors, touches
from nenrin.work.models import Meeting
from nenrin.work.models.calendar import CalendarSubscription
from nenrin.work.models.meeting import State

CHANGEABLE: Final = frozenset({"title", "place", "link", "agenda", "account", "owner"})
LONGEST: Final = timedelta(days=31)
DEFAULT: Final = timedelta(minutes=60)


def plan(
    account: Account | None,
    title: str,
    *,
    starts_at: datetime,
    by: Actor,
    at: datetime,
    ends_at: datetime | None = None,
    owner: Member | None = None,
    place: str = "",
    link: str = "",
    agenda: str = "",
    contacts: Iterable[Contact] = (),
    members: Iterable[Member] = (),
    addresses: Iterable[tuple[str, str]] = (),
    is_all_day: bool = False,
    key: str = "",
    calendar: CalendarSubscription | None = None,
    outside: str = "",
) -> Meeting:
    """Plan a meeting, of an hour unless its end is said. Asked for again under its `key` it is the same one.

    `addresses` are (address, name) of people we do not know. Raises Refused. Journal: work.meeting.planned.
    """
    if key and (there := Meeting.objects.filter(key=key).first()):
        return there
    meeting = Meeting(
        account=survivors.of(account), title=title.strip(), starts_at=starts_at, ends_at=ends_at or starts_at + DEFAULT, owner=owner,
        place=place.strip(), link=link.strip(), agenda=agenda.strip(), is_all_day=is_all_day, key=key, calendar=calendar,
        outside=outside, created_at=at, changed_at=at,
    )  # fmt: skip
    _check(meeting)
    try:
        with transaction.atomic():
            meeting.save(force_insert=True)
            attendees.put(meeting, contacts=contacts, members=members, addresses=addresses)
            _record("planned", meeting, by, at, {}, {"body": meeting.agenda})
            meeting_notices.invited(meeting, by=by, at=at)
    except IntegrityError:
        if key and (there := Meeting.objects.filter(key=key).first()):
            return there
        raise
    return meeting


def change(meeting: Meeting, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> Meeting:
    """Change words, account or owner. Safe to repeat. Raises Refused, Conflict. Journal: work.meeting.changed."""
    if unknown := fields.keys() - CHANGEABLE:
        raise TypeError(f"a meeting has no {', '.join(sorted(unknown))} to change")
    with transaction.atomic():
        stands = _standing(meeting, version, fields)
        given = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        changed = {name: value for name, value in given.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        for name, value in changed.items():
            setattr(stands, name, value)
        stands.is_account_set = stands.is_account_set or "account" in changed
        _check(stands)
        _save(stands, at)
        _record("changed", stands, by, at, {"fields": ", ".join(changed)}, {})
    return stands


def invite(
    meeting: Meeting,
    *,
    contacts: Iterable[Contact],
    members: Iterable[Member],
    addresses: Iterable[tuple[str, str]] | None = None,
    by: Actor,
    at: datetime,
) -> Meeting:
    """These are to be there, nobody else (people we do not know stay, unless `addresses` says otherwise).

    Safe to repeat. Journal: work.meeting.changed.
    """
    with transaction.atomic():
        stands = _standing(meeting, None, {})
        if attendees.put(stands, contacts=contacts, members=members, addresses=addresses):
            _save(stands, at)
            _record("changed", stands, by, at, {"fields": "attendees"}, {})
            meeting_notices.invited(stands, by=by, at=at)
    return stands


def move(
    meeting: Meeting, starts_at: datetime, ends_at: datetime | None = None, *, by: Actor, at: datetime,
    version: int | None = None,
) -> Meeting:  # fmt: skip
    """Another time; as long as before unless its end is said. Safe to repeat. Raises Refused, Conflict.

    Journal: work.meeting.moved.
    """
    with transaction.atomic():
        stands = _standing(meeting, version, {"starts_at": starts_at})
        _must_be(stands, State.PLANNED)
        end = ends_at or starts_at + (stands.ends_at - stands.starts_at)
        if (stands.starts_at, stands.ends_at) == (starts_at, end):
            return stands
        stands.starts_at, stands.ends_at = starts_at, end
        _check(stands)
        _save(stands, at)
        _record("moved", stands, by, at, _when(stands), {})
        meeting_notices.moved(stands, by=by, at=at)
    return stands


def cancel(meeting: Meeting, reason: str = "", *, by: Actor, at: datetime, version: int | None = None) -> Meeting:
    """It will not take place. Safe to repeat. Raises Refused for one that was held, Conflict. Journal: work.meeting.cancelled."""
    with transaction.atomic():
        stands = _standing(meeting, version, {"reason": reason})
        if stands.state == State.CANCELLED:
            return stands
        _must_be(stands, State.PLANNED)
        checking.refuse(checking.words("reason", reason, 500, needed=False))
        stands.state, stands.reason = State.CANCELLED, reason.strip()
        _save(stands, at)
        _record("cancelled", stands, by, at, {}, {"body": stands.reason})
        meeting_notices.cancelled(stands, by=by, at=at)
    return stands


def restore(meeting: Meeting, *, by: Actor, at: datetime) -> Meeting:
    """A cancelled meeting takes place after all. Safe to repeat. Journal: work.meeting.restored."""
    with transaction.atomic():
        stands = _standing(meeting, None, {})
        if stands.state != State.CANCELLED:
            return stands
        stands.state, stands.reason = State.PLANNED, ""
        _save(stands, at)
        _record("restored", stands, by, at, {}, {})
    return stands


def hold(
    meeting: Meeting, notes: str, *, minutes: int | None = None, by: Actor, at: datetime, version: int | None = None
) -> Meeting:
    """It took place, and this was said: written into the account's timeline, once; said again it is corrected there.
    Minutes that nobody states are its length; of a whole day none, for it is no measure of work.

    Safe to repeat. Raises Refused (cancelled; still ahead), Conflict. Journal: work.meeting.written as of touches, or
    work.meeting.held where there is no account.
    """
    with transaction.atomic():
        stands = _standing(meeting, version, {"notes": notes})
        if stands.state == State.CANCELLED:
            raise Refused.one("state", Text("was cancelled: restore it first", "中止済み: 先に元に戻す"), stands.state)
        if stands.starts_at > at:
            raise Refused.one("state", Text("has not begun yet", "まだ開始前"), stands.starts_at)
        checking.refuse(checking.words("notes", notes, touches.MOST_WORDS, needed=False))
        stands.notes, stands.state = notes.strip(), State.HELD
        _into_timeline(stands, _spent(stands) if minutes is None else minutes, by, at)
        _save(stands, at)
        if stands.touch is None:  # else the timeline's entry tells whom it mentions
            meeting_notices.mentioned(stands, meeting.notes, by=by, at=at)
    return stands


def _spent(meeting: Meeting) -> int | None:
    if meeting.is_all_day:
        return meeting.touch.minutes if meeting.touch else None
    return meeting.minutes


def _into_timeline(meeting: Meeting, minutes: int | None, by: Actor, at: datetime) -> None:
    minutes = None if minutes is None else min(minutes, touches.MOST_MINUTES)
    try:
        if meeting.touch is not None and meeting.touch.retracted_at is None:
            meeting.touch = touches.change(
                meeting.touch, by=by, at=at, title=meeting.title, body=meeting.notes, minutes=minutes
            )
        elif meeting.account is not None:
            meeting.touch = touches.write(
                meeting.account, "meeting", title=meeting.title, body=meeting.notes, minutes=minutes,
                happened_at=meeting.starts_at, by=by, at=at,
            )  # fmt: skip
        else:
            _record("held", meeting, by, at, {}, {"body": meeting.notes})
    except touches.Refused as refused:
        raise Refused([Fault(name, text) for name, text in refused.faults.items()]) from refused


def _check(meeting: Meeting) -> None:
    faults = [
        *checking.words("title", meeting.title, 200),
        *checking.words("place", meeting.place, 300, needed=False),
        *checking.words("agenda", meeting.agenda, touches.MOST_WORDS, needed=False),
        *checking.address("link", meeting.link),
    ]
    if not meeting.starts_at <= meeting.ends_at <= meeting.starts_at + LONGEST:
        faults.append(Fault("ends_at", Text("an end after the beginning, within 31 days", "開始より後、31日以内")))
    faults += checking.day("starts_at", organisation.today(meeting.starts_at))
    checking.refuse(faults)


def _must_be(meeting: Meeting, state: State) -> None:
    if meeting.state != state:
        raise Refused.one("state", Text("was held or cancelled already", "実施済みまたは中止済み"), meeting.state)


def _standing(meeting: Meeting, version: int | None, mine: Mapping[str, Any]) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("account", "owner", "touch")
    stands = rows.get(pk=meeting.pk)
    theirs = {name: getattr(stands, name, None) for name in mine}
    checking.stand_at(f"meeting {meeting.pk}", stands.version, version, dict(mine), theirs)
    return stands


def _save(meeting: Meeting, at: datetime) -> None:
    meeting.version, meeting.changed_at = meeting.version + 1, at
    meeting.save()


def _when(meeting: Meeting) -> dict[str, str]:
    local = meeting.starts_at.astimezone(organisation.zone())
    clock = "all-day" if meeting.is_all_day else f"{local:%H:%M}"
    return {"when": meeting.starts_at.isoformat(), "day_on": local.date().isoformat(), "clock": clock}


def _record(
    verb: str, meeting: Meeting, by: Actor, at: datetime, said: Mapping[str, Any], words: Mapping[str, str]
) -> None:
    personal = {"title": meeting.title, **{name: text for name, text in words.items() if text}}
    journal.record(
        f"work.meeting.{verb}", actor=by, at=at, account=meeting.account_id, subject=("meeting", meeting.pk),
        particulars=said, personal=personal, version=meeting.version,
    )  # fmt: skip
