"""Links by which readers say what they want to receive: they work for ever, need no sign-in, and name no address.

Only what is sent with POST changes anything: programs that scan mails follow every link in them. Where the database
takes no writes, what a reader wants is kept in a file that is read before the next mail is claimed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses, suppressions
from nenrin.foundation.models import Mail, Suppression
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.models.mail_rules import SuppressionReason

log = logging.getLogger(__name__)
READER: Final = Actor("source", "reader", "")
#: One file for each wish, whole from the moment it bears its name: `unsubscribes.` and twelve hexadecimal digits.
SPOOL: Final = "unsubscribes"
#: What stands there was not to be read: for a person to look at.
ASIDE: Final = "bad"
#: Kinds that a reader may choose about.
CHOSEN: Final = (Kind.ACCOUNT, Kind.MARKETING)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a link speaks for, by the hash of the address, and the kind of mail that it stood in."""

    address_key: str
    kind: Kind


def token(ticket: Ticket) -> str:
    """An opaque word for an address and a kind: a keyed hash, and a seal of 128 bits under a key of its own."""
    said = ticket.kind[0].encode() + bytes.fromhex(ticket.address_key)
    return base64.urlsafe_b64encode(said + _seal(said)).decode().rstrip("=")


def read(told: str) -> Ticket | None:
    """What a link says; None for one that we did not make."""
    if not told.isascii() or len(told) > 100:
        return None
    try:
        raw = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))
    except ValueError:
        return None
    said, seal = raw[:33], raw[33:]
    kind = next((kind for kind in CHOSEN if said[:1] == kind[0].encode()), None)
    if kind is None or len(said) != 33 or not hmac.compare_digest(seal, _seal(said)):
        return None
    return Ticket(said[1:].hex(), kind)


def _seal(said: bytes) -> bytes:
    return hmac.new(addresses.secret(), b"unsubscribe:" + said, hashlib.sha256).digest()[:16]


def urls(mail: Mail) -> tuple[str, str]:
    """(the page of preferences, the address of one click) for the reader of a mail."""
    told = token(Ticket(mail.address_key, Kind(mail.kind)))
    return f"{settings.BASE_URL}/mail/preferences/{told}", f"{settings.BASE_URL}/mail/unsubscribe/{told}"


def stop(ticket: Ticket, *, at: datetime) -> None:
    """One click: no more of this kind, and of what goes with it. Safe to repeat. Survives a database that is away."""
    try:
        choose(ticket, off=suppressions.GOES_WITH[ticket.kind], at=at)
    except DatabaseError:
        _spool(ticket, at)


def wanted(ticket: Ticket) -> dict[str, bool]:
    """The kinds that a reader may choose about, and whether each is sent."""
    off = set(
        Suppression.objects.filter(address_key=ticket.address_key, kind__in=CHOSEN).values_list("kind", flat=True)
    )
    return {kind.value: kind.value not in off for kind in CHOSEN}


def choose(ticket: Ticket, *, off: Iterable[str], at: datetime, on: Iterable[str] = ()) -> None:
    """What the reader wants from now on. Safe to repeat. Journal: foundation.suppression.added, .preference.changed.

    A reader takes back only what a reader asked for: a bounce or a complaint stays.
    """
    own = SuppressionReason.UNSUBSCRIBED
    with transaction.atomic():
        mail = Mail.objects.filter(address_key=ticket.address_key).exclude(to_address="").first()
        address = mail.to_address if mail else ""
        added = [
            kind for kind in off if suppressions.add_key(ticket.address_key, address, own, kind=kind, by=READER, at=at)
        ]
        again = Suppression.objects.filter(address_key=ticket.address_key, kind__in=list(on), reason=own).delete()[0]
        if added or again:
            told = {"off": sorted(added), "on": sorted(on) if again else [], "address_key": ticket.address_key}
            account = mail.account if mail else None
            journal.record("foundation.preference.changed", actor=READER, at=at, account=account, particulars=told)


def _spool(ticket: Ticket, at: datetime) -> None:
    line = json.dumps({"address_key": ticket.address_key, "kind": ticket.kind, "at": at.isoformat()})
    kept = _home() / f"{SPOOL}.{secrets.token_hex(6)}"
    unfinished = kept.with_name(f"{kept.name}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"{line}\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(kept)
    _keep_names()


def _keep_names() -> None:
    """A new name is on the disk only when its folder is."""
    folder = os.open(_home(), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def collect() -> int:
    """Take in what was kept in files while the database was away; returns how many. Before every claim."""
    return sum(_taken_in(left) for left in _home().glob(f"{SPOOL}.{'[0-9a-f]' * 12}"))


def _taken_in(left: Path) -> int:
    """Twice is as good as once: the file goes only after what it says is committed. What cannot be read is set aside."""
    try:
        lines = left.read_bytes().splitlines()
    except FileNotFoundError:  # another worker took it
        return 0
    told = {line: _read(line) for line in lines}
    for wish in filter(None, told.values()):
        choose(wish[0], off=suppressions.GOES_WITH[wish[0].kind], at=wish[1])
    if bad := [line for line, wish in told.items() if wish is None]:
        aside = left.with_name(f"{left.name}.{ASIDE}")
        aside.write_bytes(b"\n".join(bad) + b"\n")
        log.error("%s of the wishes kept in %s cannot be read: see %s", len(bad), left.name, aside)
    left.unlink(missing_ok=True)
    return len(lines) - len(bad)


def _read(line: bytes) -> tuple[Ticket, datetime] | None:
    try:
        told = json.loads(line)
        kind, at = Kind(told["kind"]), datetime.fromisoformat(told["at"]).astimezone(UTC)
        return (Ticket(str(told["address_key"]), kind), at) if kind in CHOSEN else None
    except (ValueError, LookupError, TypeError):
        return None


def _home() -> Path:
    return Path(settings.HOME)
