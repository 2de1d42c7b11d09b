"""Received mails: into the timeline of the account whose people they name, once; the others wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import attachments, notices, touches
from nenrin.work.calendars import matching
from nenrin.work.mail_in import addresses, parsing
from nenrin.work.mail_in.parsing import File, NoMail, Parsed
from nenrin.work.models import Attachment, ReceivedMail, Touch
from nenrin.work.models.received_mail import State
from nenrin.work.models.touch import Direction

BY: Final = Actor("source", "mail", "Mail")
LEFT_OUT: Final = Text("It was left out, and its words are gone.", "対象外にしたメールで、本文は消去されています。")


def receive(raw: bytes, *, at: datetime, to: Sequence[str] = (), member: Member | None = None) -> ReceivedMail:
    """Take a mail in. `to` are the envelope's recipients, `member` whoever hands it in by hand or API.

    Whose it is: the member whose own address it was sent to; else the colleague who wrote it, and then a person looks
    at it first, because a sender can be invented. The same Message-ID again is the same mail. Raises NoMail where no
    colleague has to do with it. Journal: work.mail.written as of touches, or work.received.taken.
    """
    mail = parsing.parsed(raw)
    if there := ReceivedMail.objects.filter(message_id=mail.message_id).first():
        return there
    sure = member or addresses.member_of([*to, *mail.recipients])
    ours = sure or Member.objects.filter(email__iexact=mail.sender, is_active=True).first()
    if ours is None:
        raise NoMail(Text("No colleague sent this mail or was sent it.", "メンバーが送受信したメールではありません。"))
    try:
        return _taken(mail, ours, is_sure=sure is not None, at=at)
    except IntegrityError:  # the same mail this moment from another process: theirs counts
        return ReceivedMail.objects.get(message_id=mail.message_id)


def match(row: ReceivedMail, account: Account, *, by: Actor, at: datetime) -> ReceivedMail:
    """A person says whose mail it is: it goes into that timeline, with its files. Safe to repeat.

    Raises Refused for one that was left out, whose words are gone. Journal: work.received.matched, and work.mail.written as of touches.
    """
    with transaction.atomic():
        stands = ReceivedMail.objects.select_for_update().get(pk=row.pk)
        if stands.state == State.MATCHED:
            return stands
        if stands.state == State.IGNORED:
            raise Refused.one("mail", LEFT_OUT)
        _into_timeline(stands, account, by, at)
        _note("matched", stands, by, at)
    return stands


def ignore(row: ReceivedMail, *, by: Actor, at: datetime) -> ReceivedMail:
    """It belongs into no timeline: its words and files go, its Message-ID stays. Safe to repeat. Journal: work.received.ignored."""
    with transaction.atomic():
        stands = ReceivedMail.objects.select_for_update().get(pk=row.pk)
        if stands.state != State.UNMATCHED:
            return stands
        for file in Attachment.objects.filter(mail=stands):
            attachments.remove(file, by=by, at=at)
        stands.state, stands.subject, stands.body = State.IGNORED, "", ""
        stands.sender, stands.recipients = "", []
        stands.save()
        journal.record("work.received.ignored", actor=by, at=at, subject=("mail", stands.pk))
    return stands


def _taken(mail: Parsed, member: Member, *, is_sure: bool, at: datetime) -> ReceivedMail:
    within = Account.objects.for_member(member, Permission.TIMELINE_WRITE).standing()
    others = [a for a in (mail.written_by, *mail.recipients) if not addresses.is_ours(a)]
    known = matching.known(others, within)
    account = known.account(others) if is_sure else None
    is_out = mail.written_by in known.members or mail.written_by == member.email.lower()
    with transaction.atomic():
        row = ReceivedMail.objects.create(
            message_id=mail.message_id, sender=mail.written_by, recipients=[a for a in mail.recipients if not addresses.is_ours(a)][:50], subject=mail.subject,
            body=mail.body, happened_at=min(mail.sent_at or at, at), member=member, state=State.UNMATCHED,
            direction=Direction.OUT if is_out else Direction.IN, received_at=at,
        )  # fmt: skip
        left_out = _keep(row, mail.files, at)
        if left_out:
            names = "\n".join(f"- {name}" for name in left_out)
            row.body = f"{row.body}\n\n[{NOT_KEPT.in_(member.language)}]\n{names}"[: touches.MOST_WORDS]
            row.save(update_fields=["body"])
        if account is not None:
            _into_timeline(row, within.get(pk=account), Actor.of(member), at)
        else:
            _note("taken", row, BY, at)
            _ask(row, member, at)
    return row


def _keep(row: ReceivedMail, files: Sequence[File], at: datetime) -> list[str]:
    """The names of those that were not kept."""
    left_out = []
    for file in files:
        try:
            attachments.add(row, file.name, [file.content], by=BY, at=at)
        except Refused:
            left_out.append(attachments.display_name(file.name))
    return left_out


def _into_timeline(row: ReceivedMail, account: Account, by: Actor, at: datetime) -> None:
    row.touch = touches.write(
        account, "mail", title=row.subject or NO_SUBJECT.in_(account.language), body=row.body,
        happened_at=min(row.happened_at, at), direction=row.direction, by=by, at=at,
    )  # fmt: skip
    row.account, row.state = account, State.MATCHED
    row.save()
    _hand_over(row, row.touch)


def _hand_over(row: ReceivedMail, touch: Touch) -> None:
    """The files stand with the timeline entry from now on."""
    Attachment.objects.filter(mail=row).update(mail=None, touch=touch)


def _ask(row: ReceivedMail, member: Member, at: datetime) -> None:
    text = Text(f"Whose mail is this? {row.subject}", f"どの顧客のメールですか: {row.subject}")
    notices.tell(member, "meeting.mail", text=text, url="/meetings/mails", key=f"received:{row.pk}", by=BY, at=at)


def _note(verb: str, row: ReceivedMail, by: Actor, at: datetime) -> None:
    journal.record(
        f"work.received.{verb}", actor=by, at=at, account=row.account_id, subject=("mail", row.pk),
        personal={"title": row.subject or "—"},
    )  # fmt: skip


NO_SUBJECT: Final = Text("(no subject)", "（件名なし）")
NOT_KEPT: Final = Text("Files that were not kept", "保存されなかったファイル")
