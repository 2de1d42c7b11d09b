"""A mail as it came in (RFC 5322), taken apart: who to whom, when, about what, the words, the files. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Final

from nenrin.foundation.mail import html
from nenrin.values import Text

LARGEST: Final = 30 * 1024 * 1024
MOST_WORDS: Final = 19_000
MOST_PARTS: Final = 200
#: How a forwarded mail names the one who wrote it, in the body.
_FORWARDED: Final = re.compile(r"^[>\s*]*(?:From|差出人|送信者|発信者)\s*[:：]\s*(.+)$", re.MULTILINE | re.IGNORECASE)
_FORWARDS: Final = re.compile(r"^\s*(?:fwd?|転送)\s*[:：]", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_RECIPIENTS: Final = ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To")


class NoMail(ValueError):
    """This is no mail that could be read."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """`written_by` is who wrote it: of a forwarded mail the one whom its body names. Addresses are lower case."""

    message_id: str
    sender: str
    written_by: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    sent_at: datetime | None
    files: tuple[File, ...]


def parsed(raw: bytes) -> Parsed:
    """Take a mail apart. Raises NoMail; whatever is malformed inside it is left out."""
    if len(raw) > LARGEST:
        raise NoMail(Text("The mail is larger than 30 MB.", "メールが30MBを超えています。"))
    message = BytesParser(policy=policy.default).parsebytes(raw)
    sender = _address(parseaddr(_header(message, "From"))[1])
    if not sender or "@" not in sender:
        raise NoMail(Text("This is no mail: it has no sender.", "差出人のあるメールではありません。"))
    subject, body = _line(_header(message, "Subject"))[:200], _words(message)
    return Parsed(
        _line(_header(message, "Message-ID")).strip("<> ")[:300] or hashlib.sha256(raw).hexdigest(),
        sender[:254],
        _author(sender, subject, body),
        _recipients(message),
        subject,
        body,
        _sent(message),
        _files(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's words; nothing where there is none."""
    return next(_headers(message, name), "")


def _headers(message: EmailMessage, name: str) -> Iterator[str]:
    """A header's words, for each time that it stands there; of a malformed one as it stands."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            try:
                yield str(message.policy.header_fetch_parse(key, value))
            except (ValueError, AttributeError, LookupError, TypeError):  # the library trips over `Cc: "`
                yield str(value)


def _recipients(message: EmailMessage) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in _RECIPIENTS:
        for value in _headers(message, name):
            for _, told in getaddresses([value]):
                address = _address(told)
                if "@" in address and len(address) <= 254:
                    found.setdefault(address)
    return tuple(found)[:200]


def _address(told: str) -> str:
    """In small letters, without what no database takes in a text."""
    return "".join(c for c in told if c > " " and not "\ud800" <= c <= "\udfff").lower()


def _author(sender: str, subject: str, body: str) -> str:
    """Of a forwarded mail the first address that stands behind "From:" in it."""
    if _FORWARDS.match(subject):
        for line in _FORWARDED.findall(body):
            if found := _ADDRESS.search(line):
                return found.group().lower()
    return sender


def _words(message: EmailMessage) -> str:
    """The plain text, else that of the markup."""
    for kind in ("plain", "html"):
        part = _body(message, kind)
        text = _content(part) if part is not None else ""
        if kind == "html":
            text = html.as_text(html.clean(text))
        if text.strip():
            return "".join(c for c in text.replace("\r\n", "\n") if c >= " " or c in "\n\t").strip()[:MOST_WORDS]
    return ""


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    try:
        found = message.get_body(preferencelist=(kind,))
    except (ValueError, KeyError, AttributeError, LookupError, TypeError):
        return None
    return found if isinstance(found, EmailMessage) else None


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (ValueError, LookupError, KeyError, AttributeError, TypeError):
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else ""


def _files(message: EmailMessage) -> tuple[File, ...]:
    found: list[File] = []
    for place, part in enumerate(message.walk()):
        if place > MOST_PARTS:
            break
        try:
            name = part.get_filename()
            content = part.get_payload(decode=True) if name and not part.is_multipart() else None
        except (ValueError, LookupError, AttributeError, TypeError):
            continue
        if name and isinstance(content, bytes):
            found.append(File(_line(str(name)), content))
    return tuple(found[:30])


def _sent(message: EmailMessage) -> datetime | None:
    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    sent = sent if sent.tzinfo is not None else sent.replace(tzinfo=UTC)
    return sent.astimezone(UTC) if 1990 <= sent.year <= 2190 else None


def _line(text: str) -> str:
    return "".join(c if c >= " " else " " for c in text if not "\ud800" <= c <= "\udfff").strip()
