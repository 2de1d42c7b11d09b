"""Who hears of a meeting: the colleagues who are to be there, and those whom its notes mention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import mentions, notices
from nenrin.work.models import Meeting
from nenrin.work.notices import News


def invited(meeting: Meeting, *, by: Actor, at: datetime) -> None:
    """Whoever was not told yet; not of what their own calendar says."""
    if meeting.calendar_id is None and meeting.starts_at > at:
        words = _at(meeting)
        text = Text(f"Meeting: {_named(meeting)}, {words.en}", f"打ち合わせ: {_named(meeting)} {words.ja}")
        _tell(meeting, "invited", _colleagues(meeting), text, "", by, at)


def moved(meeting: Meeting, *, by: Actor, at: datetime) -> None:
    words = _at(meeting)
    text = Text(f"Moved: {_named(meeting)}, now {words.en}", f"日時変更: {_named(meeting)} → {words.ja}")
    _tell(meeting, "moved", _colleagues(meeting), text, str(meeting.version), by, at)


def cancelled(meeting: Meeting, *, by: Actor, at: datetime) -> None:
    text = Text(f"Cancelled: {_named(meeting)}", f"中止: {_named(meeting)}")
    _tell(meeting, "cancelled", _colleagues(meeting), text, str(meeting.version), by, at)


def mentioned(meeting: Meeting, before: str, *, by: Actor, at: datetime) -> None:
    """Whoever the notes mention and did not before."""
    if "@" not in meeting.notes and "＠" not in meeting.notes:
        return
    colleagues = list(Member.objects.filter(is_active=True))
    known = {member.pk for member in mentions.found(before, colleagues)}
    new = [member for member in mentions.found(meeting.notes, colleagues) if member.pk not in known]
    text = Text(f"{by.name} mentions you: {_named(meeting)}", f"{by.name}がメンション: {_named(meeting)}")
    _tell(meeting, "mention", new, text, str(meeting.version), by, at)


def _tell(meeting: Meeting, what: str, whom: Sequence[Member], text: Text, turn: str, by: Actor, at: datetime) -> None:
    code = "mention.meeting" if what == "mention" else f"meeting.{what}"
    news = [
        News(member=member, code=code, text=text, url=f"/meetings/{meeting.pk}", account=meeting.account_id,
             key=f"meeting:{meeting.pk}:{what}:{turn}")
        for member in whom
        if not (by.kind == "member" and by.key == str(member.pk))
    ]  # fmt: skip
    notices.tell_many(news, by=by, at=at)


def _colleagues(meeting: Meeting) -> list[Member]:
    found = [each.member for each in meeting.attendees.select_related("member") if each.member is not None]
    owner = [meeting.owner] if meeting.owner is not None and meeting.owner not in found else []
    return [member for member in [*owner, *found] if member.is_active]


def _at(meeting: Meeting) -> Text:
    zone = organisation.zone()
    return Text(format.moment(meeting.starts_at, "en", zone), format.moment(meeting.starts_at, "ja", zone))


def _named(meeting: Meeting) -> str:
    return f"{meeting.title} ({meeting.account.name})" if meeting.account is not None else meeting.title
