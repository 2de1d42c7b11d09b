"""Notices as mails: one by itself, or a digest of a member's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.outbox import Letter
from nenrin.foundation.models import Member
from nenrin.foundation.models.mail import Kind
from nenrin.values import Text
from nenrin.work import notice_words
from nenrin.work.models import Notice

SHOWN: Final = 30  # of a digest; the rest is counted


def letter(rows: Sequence[Notice]) -> Letter:
    """These notices of one member as one mail, under a key of their own."""
    member, key = rows[0].member, notice_words.key_of(rows)
    if len(rows) == 1:
        words = notice_words.said(rows[0])
        return to(member, words[:200], f"{words}\n\n{notice_words.address(rows[0])}", key)
    lines = [f"・{notice_words.said(row)}\n  {notice_words.address(row)}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(notice_words.rest(len(rows) - SHOWN, member))
    return to(
        member, notice_words.counted(len(rows), member), "\n".join([*lines, "", f"{settings.BASE_URL}/notices"]), key
    )


def to(member: Member, subject: str, text: str, key: str) -> Letter:
    """A mail to one of ours that says where its like is set."""
    url = f"{settings.BASE_URL}/notices/settings"
    foot = Text(f"How you hear of things: {url}", f"通知の受け取り方: {url}").in_(member.language)
    return Letter(
        to=Address(member.email, member.name), subject=subject.replace("\n", " "), text=f"{text}\n\n{foot}", key=key,
        kind=Kind.TRANSACTIONAL, language=member.language, member_id=member.pk, origin=("notice", key),
    )  # fmt: skip
