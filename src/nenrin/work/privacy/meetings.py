"""What meetings, received mails, calendars and files say of a person, to hand over and to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.work import attachments
from nenrin.work.models import Attachment, Attendee, CalendarSubscription, Meeting, ReceivedMail
from nenrin.work.privacy import words as named

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Meeting", "Attendee", "ReceivedMail", "CalendarSubscription", "Attachment")
_MEETING: Final = ("title", "place", "agenda", "notes", "reason")
_MAIL: Final = ("sender", "subject", "body", "recipients")


def exported(words: Sequence[str]) -> list[dict[str, Any]]:
    """The meetings and mails that name one of these words (a name, addresses), as JSON holds them."""
    meetings = named.naming(Meeting.objects.all(), words, _MEETING).values(*_MEETING, "starts_at")
    mails = named.naming(ReceivedMail.objects.all(), words, _MAIL).values(*_MAIL, "happened_at")
    files = named.naming(Attachment.objects.all(), words, ("name",)).values("name", "created_at")
    attended = named.naming(Attendee.objects.all(), words, ("name", "address")).values("name", "address", "meeting_id")
    return [*meetings, *mails, *files, *attended]


def erase(words: Sequence[str], *, at: datetime) -> int:
    """Take these words out of all of them and of the journal's parts; files named after a person go, content and all.

    Calendars are read again from where they come; what is kept of their text is dropped. Returns how many rows it
    touched. Safe to repeat.
    """
    if not any(words):
        return 0
    with transaction.atomic():
        meetings = list(named.naming(Meeting.objects.select_for_update(), words, _MEETING))
        for meeting in meetings:
            named.blank(meeting, _MEETING, words)
            meeting.version, meeting.changed_at = meeting.version + 1, at
            meeting.save()
        mails = list(named.naming(ReceivedMail.objects.select_for_update(), words, _MAIL))
        for mail in mails:
            named.blank(mail, _MAIL, words)
            mail.save()
        people = named.naming(Attendee.objects.all(), words, ("name", "address")).delete()[0]
        CalendarSubscription.objects.filter(
            pk__in=named.naming(CalendarSubscription.objects.all(), words, ("content",)).values("pk")
        ).update(content="", etag="")
        files = _without_files(words, at)
        named.forget_entries("meeting", [row.pk for row in meetings], at=at)
        named.forget_entries("mail", [row.pk for row in mails], at=at)
    return len(meetings) + len(mails) + people + files


def _without_files(words: Sequence[str], at: datetime) -> int:
    rows = list(named.naming(Attachment.objects.select_for_update(), words, ("name",)))
    for row in rows:
        attachments.path_of(row).unlink(missing_ok=True)
        named.blank(row, ("name",), words)
        row.removed_at = row.removed_at or at
        row.save()
    for column, kind in attachments.SUBJECTS.items():
        named.forget_entries(kind, [key for row in rows if (key := getattr(row, f"{column}_id"))], at=at)
    return len(rows)
