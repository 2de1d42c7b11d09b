"""Touches: meetings, calls, mails and notes, written down by hand; changed; taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.values import Text
from nenrin.work import attachments, touch_notices
from nenrin.work.models import Touch
from nenrin.work.models.touch import Channel, Direction

MOST_WORDS = 20_000
MOST_MINUTES = 24 * 60
_CHANGEABLE = frozenset({"channel", "direction", "title", "body", "happened_at", "minutes"})


class Refused(ValueError):
    """Nothing was written: correct the named fields and send them again."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {text.en}" for name, text in faults.items()))
        self.faults = dict(faults)


class Conflict(ValueError):
    """Somebody else changed this in the meantime: look at what stands now and save again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One touch as it comes in. `known_on` is stated for imported history only."""

    account: int
    channel: str
    title: str
    happened_at: datetime
    body: str = ""
    direction: str = ""
    minutes: int | None = None
    known_on: date | None = None


def write(
    account: Account,
    channel: str,
    *,
    title: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
    body: str = "",
    direction: str = "",
    minutes: int | None = None,
) -> Touch:
    """Write down a meeting, call, mail or note. Raises Refused.

    Whoever its words mention is told. Journal: work.<channel>.written, with a `touch` fact; a note reaches nobody and does not count as contact.
    """
    row = Row(account=account.pk, channel=channel, title=title, happened_at=happened_at, body=body,
              direction=direction, minutes=minutes)  # fmt: skip
    with transaction.atomic():
        [touch] = write_many([row], by=by, at=at)
        touch_notices.mentioned(touch, by=by, at=at)
    return touch


def write_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Touch]:
    """Write many, 500 in a transaction. Raises Refused before anything of the chunk is written."""
    zone = organisation.zone()
    author = by.member
    made: list[Touch] = []
    for start in range(0, len(rows), 500):
        chunk = rows[start : start + 500]
        touches = [_built(row, author, at) for row in chunk]
        with transaction.atomic():
            bulk.insert(touches)
            journal.record_many(
                _draft("written", touch, zone, by, at, row.known_on) for touch, row in zip(touches, chunk, strict=True)
            )
        made += touches
    return made


def change(touch: Touch, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> Touch:
    """Change what was written. Safe to repeat. Raises Refused, Conflict. Journal: work.<channel>.rewritten."""
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"a touch has no {', '.join(sorted(unknown))} to change")
    with transaction.atomic():
        stands = _standing(touch, version)
        changed = {name: value for name, value in fields.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        before = stands.body
        for name, value in changed.items():
            setattr(stands, name, value)
        _check(stands, at)
        _save(stands, at)
        journal.record_many([_draft("rewritten", stands, organisation.zone(), by, at, None)])
        if "body" in changed:
            touch_notices.mentioned(stands, before, by=by, at=at)
    return stands


def retract(touch: Touch, *, by: Actor, at: datetime, version: int | None = None) -> Touch:
    """Take it back with its files, known from now on. Safe to repeat. Raises Conflict. Journal: work.<channel>.retracted."""
    with transaction.atomic():
        stands = _standing(touch, version)
        if stands.retracted_at is None:
            stands.retracted_at = at
            _save(stands, at)
            fact = {"kind": "touch", "key": str(stands.pk), "body": {}, "gone": True}
            subject = ("touch", stands.pk)
            code = f"work.{stands.channel}.retracted"
            journal.record(
                code, actor=by, at=at, account=stands.account_id, subject=subject, particulars={"fact": fact}
            )
            attachments.remove_with(stands, by=by, at=at)
    return stands


def _built(row: Row, author: int | None, at: datetime) -> Touch:
    default = Direction.INTERNAL if row.channel == Channel.NOTE else Direction.OUT
    touch = Touch(
        account_id=row.account, channel=row.channel, direction=row.direction or default, title=row.title.strip(),
        body=row.body.strip(), happened_at=row.happened_at, minutes=row.minutes, author_id=author, created_at=at, changed_at=at,
    )  # fmt: skip
    _check(touch, at)
    return touch


def _check(touch: Touch, at: datetime) -> None:
    faults = {
        "channel": Text("meeting, call, mail or note", "打ち合わせ・電話・メール・メモのいずれか")
        if touch.channel not in set(Channel)
        else None,
        "direction": Text("out, in or internal", "out・in・internalのいずれか")
        if touch.direction not in set(Direction)
        else None,
        "title": Text("from 1 to 200 characters", "1〜200文字") if not 0 < len(touch.title) <= 200 else None,
        "body": Text(f"at most {MOST_WORDS} characters", f"{MOST_WORDS}文字以内")
        if len(touch.body) > MOST_WORDS
        else None,
        "happened_at": Text("a moment that has passed", "過去の日時") if touch.happened_at > at else None,
        "minutes": Text("minutes of one day at most", "1日以内の分数") if (touch.minutes or 0) > MOST_MINUTES else None,
    }
    wrong = {name: text for name, text in faults.items() if text is not None}
    if wrong:
        raise Refused(wrong)


def _standing(touch: Touch, version: int | None) -> Touch:
    stands = Touch.objects.select_for_update().get(pk=touch.pk)
    if version is not None and version != stands.version:
        raise Conflict(f"touch {touch.pk} is at version {stands.version}, not {version}")
    return stands


def _save(touch: Touch, at: datetime) -> None:
    touch.version, touch.changed_at = touch.version + 1, at
    touch.save()


def _draft(verb: str, touch: Touch, zone: ZoneInfo, by: Actor, at: datetime, known: date | None) -> journal.Draft:
    on = day_of(touch.happened_at, zone)
    body = {"channel": touch.channel, "direction": touch.direction, "human": touch.channel != Channel.NOTE, "on": on,
            "minutes": touch.minutes}  # fmt: skip
    fact: dict[str, Any] = {"kind": "touch", "key": str(touch.pk), "body": body}
    if known:
        fact |= {"known_on": known, "assumed": True}
    if verb == "rewritten":
        fact["valid_at"] = touch.happened_at
    particulars = {"channel": touch.channel, "minutes": touch.minutes, "fact": fact}
    personal = {"title": touch.title, "body": touch.body}
    return journal.Draft(
        f"work.{touch.channel}.{verb}", by, at, touch.account_id, [("touch", touch.pk)], particulars, personal,
        touch.happened_at, touch.version,
    )  # fmt: skip
