"""What a notice says outside the app, in its member's language, and no more than they may read."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.work.models import Notice
from nenrin.work.notice_kinds import KINDS, kind_of


def said(row: Notice) -> str:
    """The words; for whoever may not read personal data the kind alone."""
    return (row.words if visible(row.member, FieldClass.PERSONAL) else _kind(row)).in_(row.member.language)


def about(row: Notice) -> str:
    """The kind and the account, without words that may name people."""
    name = f" ({row.account.name})" if row.account is not None else ""
    return _kind(row).in_(row.member.language) + name


def address(row: Notice) -> str:
    return f"{settings.BASE_URL}{row.url or '/notices'}"


def counted(count: int, member: Member) -> str:
    """The head of a digest."""
    return Text(f"{count:,} notices from Nenrin", f"Nenrinからのお知らせ {count:,}件").in_(member.language)


def rest(count: int, member: Member) -> str:
    """What a digest does not show."""
    return Text(f"and {count:,} more", f"ほか{count:,}件").in_(member.language)


def key_of(rows: Sequence[Notice]) -> str:
    """Of one message: no notice is in two of a channel."""
    return f"notice:{rows[0].pk}" if len(rows) == 1 else f"notices:{rows[0].member_id}:{rows[0].pk}"


def _kind(row: Notice) -> Text:
    return KINDS[kind_of(row.code)][0]
