"""Sources: open, change, rotate their keys, close; and find one by the key that a request carries."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest import source_text  # noqa: F401  (registers the journal's sentences)
from nenrin.ingest.models import Source

#: A key's answer is remembered this long: a rotated or closed key ends within this time in every process.
REMEMBERED_SECONDS: Final = 5.0
MOST_REMEMBERED: Final = 10_000
_CHANGEABLE: Final = frozenset(
    {"name", "kind", "namespace", "limit", "origins", "known_at", "lag_hours", "quiet_hours", "joins_company"}
)


@dataclass(frozen=True, slots=True)
class Keys:
    """A source's keys as they are told, once: the secret is kept as a digest only."""

    source: Source
    write_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Sender:
    """What the door must know of the source behind a key."""

    source: int
    name: str
    namespace: str
    trusted: bool  # the key was the secret one
    limit: int  # events a second; 0 = none
    origins: frozenset[str]


class SourcesUnavailable(RuntimeError):
    """Keys cannot be checked just now (the database is away): the client must keep its events and come again."""


class SourceInUse(ValueError):
    """Another source has this name already: choose another."""


def open(
    name: str,
    *,
    by: Actor,
    at: datetime,
    kind: str = "server",
    namespace: str = "product",
    limit: int = 0,
    origins: Sequence[str] = (),
    known_at: str = "arrival",
    lag_hours: int = 0,
    joins_company: bool = True,
) -> Keys:
    """Open a source and make its keys. Journal: ingest.source.opened. Raises SourceInUse."""
    write_key, secret_key = _new_keys()
    with transaction.atomic():
        if Source.objects.filter(name=name.strip()).exists():
            raise SourceInUse(f"{name}: another source has this name already, choose another")
        source = Source.objects.create(
            name=name.strip(),
            kind=_one_of(kind, Source.KINDS),
            namespace=namespace.strip() or "product",
            write_key=write_key,
            secret_digest=digest(secret_key),
            limit=limit,
            origins="\n".join(origins),
            known_at=_one_of(known_at, Source.POLICIES),
            lag_hours=lag_hours,
            joins_company=joins_company,
            created_at=at,
        )
        _note("opened", source, by, at)
    _forget()
    return Keys(source, write_key, secret_key)


def change(source: Source, *, by: Actor, at: datetime, **fields: Any) -> Source:
    """Change a source's settings. Journal: ingest.source.changed, only where something differs. Raises SourceInUse."""
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"a source has no {', '.join(sorted(unknown))} to change")
    changes = {key: [getattr(source, key), value] for key, value in fields.items() if getattr(source, key) != value}
    if not changes:
        return source
    with transaction.atomic():
        if "name" in changes and Source.objects.filter(name=fields["name"]).exclude(pk=source.pk).exists():
            raise SourceInUse(f"{fields['name']}: another source has this name already, choose another")
        Source.objects.filter(pk=source.pk).update(**fields)
        _note("changed", source, by, at, fields=", ".join(changes), changes=changes)
    source.refresh_from_db()
    _forget()
    return source


def limit(source: Source, events: int, *, by: Actor, at: datetime) -> Source:
    """Let a source send at most `events` a second (0 = no limit). Journal: ingest.source.changed."""
    return change(source, by=by, at=at, limit=events)


def rotate(source: Source, *, by: Actor, at: datetime) -> Keys:
    """Make new keys; the old ones work until `end_previous`. Journal: ingest.source.rotated."""
    write_key, secret_key = _new_keys()
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            previous_write_key=source.write_key,
            previous_secret_digest=source.secret_digest,
            write_key=write_key,
            secret_digest=digest(secret_key),
        )
        _note("rotated", source, by, at)
    source.refresh_from_db()
    _forget()
    return Keys(source, write_key, secret_key)


def end_previous(source: Source, *, by: Actor, at: datetime) -> None:
    """Stop accepting the keys from before the last rotation. Safe to repeat. Journal: ingest.source.previous_ended."""
    with transaction.atomic():
        rotated = Source.objects.filter(pk=source.pk).exclude(previous_write_key="")
        if rotated.update(previous_write_key="", previous_secret_digest=""):
            _note("previous_ended", source, by, at)
    source.refresh_from_db()
    _forget()


def close(source: Source, *, by: Actor, at: datetime) -> None:
    """Refuse its keys from now on; what it sent stays. Safe to repeat. Journal: ingest.source.closed."""
    with transaction.atomic():
        if Source.objects.filter(pk=source.pk, is_active=True).update(is_active=False, closed_at=at):
            _note("closed", source, by, at)
    source.refresh_from_db()
    _forget()


def reopen(source: Source, *, by: Actor, at: datetime) -> None:
    """Accept its keys again. Safe to repeat. Journal: ingest.source.reopened."""
    with transaction.atomic():
        if Source.objects.filter(pk=source.pk, is_active=False).update(is_active=True, closed_at=None):
            _note("reopened", source, by, at)
    source.refresh_from_db()
    _forget()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_remembered: dict[str, tuple[float, Sender | None]] = {}
_lock = threading.Lock()


def sender(key: str) -> Sender | None:
    """The open source behind a write key or a secret key; None for a stranger's. Raises SourcesUnavailable.

    Remembered for a few seconds in this process, a stranger's key too.
    """
    now = time.monotonic()
    known = _remembered.get(key)
    if known is not None and known[0] > now:
        return known[1]
    try:
        found = _look_up(key)
    except (DatabaseError, InterfaceError) as problem:
        if not connection.in_atomic_block:
            connection.close()
        raise SourcesUnavailable(str(problem)) from problem
    with _lock:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = (now + REMEMBERED_SECONDS, found)
    return found


def _look_up(key: str) -> Sender | None:
    if "\0" in key or not key or len(key) > 200:
        return None
    hashed = digest(key)
    by_secret = Q(secret_digest=hashed) | Q(previous_secret_digest=hashed)
    by_write = Q(write_key=key) | Q(previous_write_key=key)
    source = Source.objects.filter(by_write | by_secret, is_active=True).first()
    if source is None:
        return None
    is_trusted = key not in (source.write_key, source.previous_write_key)
    origins = frozenset(line.strip() for line in source.origins.splitlines() if line.strip())
    return Sender(source.pk, source.name, source.namespace, is_trusted, source.limit, origins)


def _forget() -> None:
    """After a change, this process asks again; the others do within REMEMBERED_SECONDS."""
    _remembered.clear()
    transaction.on_commit(_remembered.clear)  # again: a request may have asked before the change was committed


def _new_keys() -> tuple[str, str]:
    return "wk_" + secrets.token_urlsafe(18), "sk_" + secrets.token_urlsafe(32)


def _one_of(value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ValueError(f"{value} is not one of {', '.join(allowed)}")
    return value


def _note(what: str, source: Source, by: Actor, at: datetime, **particulars: object) -> None:
    told = {"source": source.name, **particulars}
    journal.record(f"ingest.source.{what}", actor=by, at=at, subject=("source", source.pk), particulars=told)
