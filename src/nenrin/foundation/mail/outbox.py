"""The outbox: mails are put in as rows, and go out by `deliver` when their time has come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses, html, reasons, sending
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Mail, MailAudience
from nenrin.foundation.models.mail import Kind, MailState
from nenrin.values import Text

MOST_WORDS: Final = 100_000
MOST_MARKUP: Final = 400_000
MOST_SUBJECT: Final = 300
LASTS: Final = timedelta(days=7)
#: States of a mail that nobody has handed over yet.
STOPPABLE: Final = (MailState.DRAFT, MailState.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to be. `key` is unique: asked for twice, it is the same row.

    `why` is for whoever approves it; `origin` names what asked for it; `batch` whose audience it belongs to;
    `withheld` a code of foundation.mail.reasons: the row is there, counted, and never goes out. `hold` is how long it
    can still be stopped; by default the setting where no person wrote it, nothing otherwise.
    """

    to: Address
    subject: str
    text: str
    key: str
    kind: Kind
    html: str = ""
    language: str = "ja"
    account_id: int | None = None
    contact_id: int | None = None
    member_id: int | None = None
    send_after: datetime | None = None
    expires_at: datetime | None = None
    is_draft: bool = False
    why: Text | None = None
    origin: tuple[str, str] | None = None
    batch: str = ""
    reply_to: str = ""
    withheld: str = ""
    hold: timedelta | None = None


def put(
    *,
    to: Address,
    subject: str,
    text: str,
    kind: Kind,
    key: str,
    by: Actor,
    at: datetime,
    draft: bool = False,
    **more: Any,
) -> Mail:
    """Put one mail in, to be sent when it is due, or as a draft that somebody approves first.

    `more` as Letter's fields: html, language, account_id, contact_id, member_id, send_after, why, origin, ... Safe to
    repeat by its key. Raises Refused. Journal: foundation.mail.drafted, .queued or .suppressed.
    """
    letter = Letter(to=to, subject=subject, text=text, kind=Kind(kind), key=key, is_draft=draft, **more)
    return put_many([letter], by=by, at=at)[0]


def put_many(letters: Sequence[Letter], *, by: Actor, at: datetime) -> list[Mail]:
    """Put many in, 500 in a transaction, in their order; those whose key is there already are as they stand.

    Raises Refused before anything of the chunk is written.
    """
    found: list[Mail] = []
    for start in range(0, len(letters), 500):
        found += _put(letters[start : start + 500], by, at)
    return found


def _put(letters: Sequence[Letter], by: Actor, at: datetime) -> list[Mail]:
    hold = sending.hold() if by.kind != "member" else timedelta()
    fresh = {letter.key: _row(letter, by, at, hold) for letter in letters}
    try:
        return _written(letters, fresh, by, at)
    except IntegrityError:  # the same key was put in by another process this moment: theirs counts
        return _written(letters, fresh, by, at)


def _written(letters: Sequence[Letter], fresh: Mapping[str, Mail], by: Actor, at: datetime) -> list[Mail]:
    with transaction.atomic():
        standing = {row.key: row for row in Mail.objects.filter(key__in=fresh.keys())}
        new = [row for key, row in fresh.items() if key not in standing]
        if new:
            standing |= {row.key: row for row in bulk.insert(new)}
            batches = [row.batch for row in new]
            counts = {batch: batches.count(batch) for batch in set(batches)}
            bulk.insert([MailAudience(batch=batch, count=count, at=at) for batch, count in counts.items()])
            journal.record_many(noted(row, _BEGUN[MailState(row.state)], by, at) for row in new)
    return [standing[letter.key] for letter in letters]


_BEGUN: Final = {
    MailState.DRAFT: "drafted",
    MailState.QUEUED: "queued",
    MailState.SUPPRESSED: "suppressed",
}


def noted(mail: Mail, verb: str, by: Actor, at: datetime, **particulars: object) -> journal.Draft:
    """The journal's entry on a mail: its subject and address are the personal part."""
    told = {"mail": mail.pk, "kind": mail.kind, **particulars}
    if mail.reason:
        told.setdefault("reason", mail.reason)
    personal = {"subject": mail.subject, "to": mail.to_address}
    subjects = [("mail", mail.pk)] + ([("contact", mail.contact)] if mail.contact else [])
    return journal.Draft(f"foundation.mail.{verb}", by, at, mail.account, subjects, told, personal)


def _row(letter: Letter, by: Actor, at: datetime, hold: timedelta) -> Mail:
    text, markup = letter.text.strip(), html.clean(letter.html)
    text = text or html.as_text(markup)
    check(letter.to.email, letter.subject, text, withheld=letter.withheld, markup=markup)
    _check_key(letter)
    held = letter.hold if letter.hold is not None else hold if letter.kind != Kind.TRANSACTIONAL else timedelta()
    due = max(letter.send_after or at, at + held)
    state = MailState.SUPPRESSED if letter.withheld else MailState.DRAFT if letter.is_draft else MailState.QUEUED
    email = addresses.normal(letter.to.email)
    return bulk.made(
        Mail, key=letter.key, batch=letter.batch, kind=letter.kind.value, state=state.value, reason=letter.withheld,
        language=letter.language, to_address=email, to_name=letter.to.name.strip()[:120],
        address_key=addresses.key(email), subject=one_line(letter.subject), text=text, html=markup,
        reply_to=letter.reply_to, message_id=message_id(letter.key), account=letter.account_id,
        contact=letter.contact_id, member=letter.member_id,
        why={"en": letter.why.en, "ja": letter.why.ja} if letter.why else {},
        origin=":".join(letter.origin) if letter.origin else "", by_kind=by.kind, by_key=by.key, by_name=by.name,
        send_after=due, expires_at=letter.expires_at or due + LASTS, created_at=at, changed_at=at,
    )  # fmt: skip


def check(email: str, subject: str, text: str, *, withheld: str = "", markup: str = "") -> None:
    """Raises Refused for what can never be sent. One that is withheld anyway may lack its address."""
    faults = {
        "to": None
        if withheld or addresses.is_valid(addresses.normal(email))
        else Text("a mail address", "メールアドレス"),
        "subject": Text(f"from 1 to {MOST_SUBJECT} characters", f"1〜{MOST_SUBJECT}文字")
        if not 0 < len(one_line(subject)) <= MOST_SUBJECT
        else None,
        "text": Text(f"from 1 to {MOST_WORDS} characters", f"1〜{MOST_WORDS}文字")
        if not 0 < len(text) <= MOST_WORDS
        else None,
        "html": Text(f"up to {MOST_MARKUP} characters", f"{MOST_MARKUP}文字まで")
        if len(markup) > MOST_MARKUP
        else None,
    }
    wrong = {name: fault for name, fault in faults.items() if fault is not None}
    if wrong:
        raise Refused(wrong)


def _check_key(letter: Letter) -> None:
    if not letter.key or len(letter.key) > 200:
        raise Refused({"key": Text("a key of up to 200 characters", "200文字以内のキー")})
    if letter.withheld and letter.withheld not in reasons.REASONS:
        raise Refused({"withheld": Text("a reason that is known", "既知の理由")})


def one_line(words: str) -> str:
    """A header has one line: breaks become spaces, so that no words smuggle in a header of their own.

    >>> one_line("Hello\\r\\nBcc: everybody@example.com")
    'Hello Bcc: everybody@example.com'
    """
    return " ".join(words.split())


def message_id(key: str) -> str:
    """The Message-ID (RFC 5322) without its brackets: the same for the same key, whoever hands it over, however often."""
    digest = hashlib.sha256(addresses.secret() + b"message:" + key.encode()).hexdigest()[:32]
    return f"{digest}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}"
