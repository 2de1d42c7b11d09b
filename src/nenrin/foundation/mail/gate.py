"""Whether mails go out at all, and how many at a time: one row that every worker reads and writes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import addresses
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.models import Mail, MailGate, Organisation
from nenrin.foundation.models.mail import MailState
from nenrin.values import Text

#: Why mails wait, in the order in which they are looked at.
WAITS: Final[dict[str, Text]] = {
    "no_server": Text("No mail server is set up.", "メールサーバーが未設定です。"),
    "secret": Text(
        "The password of the mail server cannot be opened with the keys of this installation: enter it again.",
        "メールサーバーのパスワードを復号できません。入力し直してください。",
    ),
    "paused": Text("Sending is paused.", "送信を停止しています。"),
    "moved": Text(
        "This installation was copied or moved: nothing is sent until somebody says that it is the live one.",
        "この環境は複製または移設されたものです。本番環境であることを確認するまで送信しません。",
    ),
    "bounces": Text("Too many mails bounced.", "不達が多いため停止しました。"),
    "complaints": Text("Too many mails were reported as spam.", "迷惑メール報告が多いため停止しました。"),
    "line": Text("The mail server cannot be reached at the moment.", "メールサーバーに接続できません。"),
    "imprint": Text(
        "Marketing waits: the settings lack the sender's name, a postal address or where to ask.",
        "マーケティングメールは送信待ちです。差出人名・住所・問い合わせ先のいずれかが未設定です。",
    ),
}
#: Failures of the provider, one after another, before it is left alone, and for how long then.
FAILURES: Final = 3
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
#: Shares of what was handed over in a day at which sending stops by itself, and from how many mails they say anything.
BOUNCES, COMPLAINTS, JUDGED = 0.05, 0.003, 50
DAY: Final = timedelta(days=1)


def row() -> MailGate:
    """As it stands, without writing one."""
    return MailGate.objects.filter(pk=1).first() or MailGate(pk=1)


def closed(line: Line | None, at: datetime) -> str:
    """The code of WAITS that keeps mails from going out now; empty: they go."""
    gate = row()
    if line is None:
        return "no_server"
    if Organisation.objects.filter(pk=1, is_sending_paused=True).exists():
        return "paused"
    if gate.fence and gate.fence != fence():
        return "moved"
    if gate.tripped:
        return gate.tripped
    if gate.open_until is not None and at < gate.open_until <= at + PAUSES[-1]:
        return "line"
    return ""


def fence() -> str:
    """This installation's mark: address, home and database, under the key of its links. A copy elsewhere has another."""
    base = urlsplit(settings.DATABASE_URL)
    place = "\0".join([settings.BASE_URL, str(settings.HOME), base.hostname or "", base.path])
    return hmac.new(addresses.secret(), b"fence:" + place.encode(), hashlib.sha256).hexdigest()


def mark() -> None:
    """Sending from here is begun: what is copied elsewhere from now on does not send."""
    if not MailGate.objects.filter(pk=1).exclude(fence="").exists():
        MailGate.objects.get_or_create(pk=1)
        MailGate.objects.filter(pk=1, fence="").update(fence=fence())


def granted(line: Line, wanted: int, at: datetime) -> int:
    """How many of the wanted mails may be claimed now, and these are counted. Called in the claiming transaction."""
    if line.per_second is None and line.per_hour is None:
        return wanted
    gate = MailGate.objects.select_for_update().get_or_create(pk=1)[0]
    if not _is_within(gate.second_at, at, timedelta(seconds=1)):
        gate.second_at, gate.second_used = at, 0
    if not _is_within(gate.hour_at, at, timedelta(hours=1)):
        gate.hour_at, gate.hour_used = at, 0
    free = [wanted]
    free += [line.per_second - gate.second_used] if line.per_second is not None else []
    free += [line.per_hour - gate.hour_used] if line.per_hour is not None else []
    return max(0, min(free))


def use(count: int, at: datetime) -> None:
    """Count claimed mails against the limits, in the same transaction as `granted`."""
    gate = MailGate.objects.select_for_update().get(pk=1)
    for name, length in (("second", timedelta(seconds=1)), ("hour", timedelta(hours=1))):
        if not _is_within(getattr(gate, f"{name}_at"), at, length):
            setattr(gate, f"{name}_at", at)
            setattr(gate, f"{name}_used", 0)
        setattr(gate, f"{name}_used", getattr(gate, f"{name}_used") + count)
    gate.save(update_fields=["second_at", "second_used", "hour_at", "hour_used"])


def _is_within(begun: datetime | None, at: datetime, length: timedelta) -> bool:
    """A beginning that lies ahead was written before the clock was set back: it begins anew."""
    return begun is not None and begun <= at < begun + length


def failed(trouble: str, at: datetime) -> None:
    """The provider did not take what was brought. Journal: foundation.sending.paused, once, when it is left alone."""
    with transaction.atomic():
        gate = MailGate.objects.select_for_update().get_or_create(pk=1)[0]
        gate.failures, gate.trouble = gate.failures + 1, trouble[:300]
        if gate.failures >= FAILURES:
            gate.open_until = at + PAUSES[min(gate.failures - FAILURES, len(PAUSES) - 1)]
        if gate.failures == FAILURES:
            _tell("line", at)
        gate.save(update_fields=["failures", "trouble", "open_until"])


def worked() -> None:
    """The provider took a mail: what went wrong before counts no longer."""
    MailGate.objects.filter(pk=1, failures__gt=0).update(failures=0, open_until=None, trouble="")


def judge(at: datetime) -> str:
    """Stop where too many of a day's mails bounced or were complained of; returns the code, or nothing.

    Called whenever one did. Journal: foundation.sending.paused.
    """
    with transaction.atomic():
        gate = MailGate.objects.select_for_update().get_or_create(pk=1)[0]
        since = max(at - DAY, gate.judged_from or at - DAY)
        found = Mail.objects.filter(handed_over_at__gte=since).aggregate(
            all=Count("pk"),
            bounces=Count("pk", filter=Q(state=MailState.BOUNCED)),
            complaints=Count("pk", filter=Q(state=MailState.COMPLAINED)),
        )
        if gate.tripped or found["all"] < JUDGED:
            return gate.tripped
        if found["bounces"] >= BOUNCES * found["all"]:
            gate.tripped = "bounces"
        elif found["complaints"] >= COMPLAINTS * found["all"]:
            gate.tripped = "complaints"
        if gate.tripped:
            gate.tripped_at = at
            gate.save(update_fields=["tripped", "tripped_at"])
            _tell(gate.tripped, at)
        return gate.tripped


def pause(*, why: str, by: Actor, at: datetime) -> None:
    """Let nothing go out until somebody resumes. Safe to repeat. Journal: foundation.sending.paused."""
    with transaction.atomic():
        if Organisation.objects.filter(pk=1, is_sending_paused=False).update(is_sending_paused=True):
            journal.record("foundation.sending.paused", actor=by, at=at, particulars={"why": why})


def resume(*, by: Actor, at: datetime) -> None:
    """Let mails go out again, from here, whatever had stopped them. Journal: foundation.sending.resumed."""
    with transaction.atomic():
        Organisation.objects.filter(pk=1).update(is_sending_paused=False)
        MailGate.objects.get_or_create(pk=1)
        MailGate.objects.filter(pk=1).update(
            tripped="", tripped_at=None, judged_from=at, failures=0, open_until=None, trouble="", fence=fence()
        )
        journal.record("foundation.sending.resumed", actor=by, at=at)


def _tell(code: str, at: datetime) -> None:
    why = WAITS[code].in_(organisation.current().language)
    journal.record("foundation.sending.paused", actor=SYSTEM, at=at, particulars={"why": why, "code": code})
