"""The journal: audit trail, timeline, source of the lake's facts and of every reaction.

Verbs write unsealed entries inside their own transaction; one sealer gives them their place in a chain of
hashes; readers see sealed entries only, so that none can be skipped by a transaction that commits late.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max

from nenrin.foundation import bulk
from nenrin.foundation.actions import UnknownAction, actions
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Cursor, Entry, PersonalPart, Reference
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: what `record` takes, for `record_many`."""

    action: str
    actor: Actor
    at: datetime
    account: int | None = None
    subjects: Sequence[tuple[str, object]] = ()
    particulars: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    valid_at: datetime | None = None
    version: int | None = None


def record(
    action: str,
    *,
    actor: Actor,
    at: datetime,
    account: int | None = None,
    subject: tuple[str, object] | None = None,
    particulars: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    valid_at: datetime | None = None,
    version: int | None = None,
) -> Entry:
    """Write one entry in the caller's transaction. Raises UnknownAction for a code nobody registered.

    `at` is when we could know it; `valid_at` when it was true (default the same). A fact for the lake travels in
    `particulars["fact"]`, whole, so that the mirror asks no upper room.
    """
    draft = Draft(
        action, actor, at, account, [subject] if subject else (), particulars or {}, personal or {}, valid_at, version
    )
    return record_many([draft])[0]


def record_many(drafts: Iterable[Draft]) -> list[Entry]:
    """Write many entries with three prepared statements."""
    wanted = list(drafts)
    salts = [secrets.token_hex(16) if draft.personal else "" for draft in wanted]
    with transaction.atomic():
        entries = bulk.insert([_entry(*pair) for pair in zip(wanted, salts, strict=True)])
        together = list(zip(entries, wanted, salts, strict=True))
        bulk.insert(
            [
                bulk.made(Reference, entry_id=entry.pk, kind=kind, key=str(key))
                for entry, draft, _ in together
                for kind, key in draft.subjects
            ]
        )
        bulk.insert(
            [
                bulk.made(PersonalPart, entry_id=entry.pk, salt=salt, payload=_plain(draft.personal))
                for entry, draft, salt in together
                if draft.personal
            ]
        )
    return entries


def _entry(draft: Draft, salt: str) -> Entry:
    known = actions().get(draft.action)
    if known is None:
        raise UnknownAction(f"{draft.action}: register it in the room's text.py")
    if draft.personal and not known.is_personal:
        raise ValueError(f"{draft.action} was registered as carrying no personal data")
    return bulk.made(
        Entry,
        action=draft.action,
        account=draft.account,
        actor_kind=draft.actor.kind,
        actor_key=draft.actor.key,
        valid_at=draft.valid_at or draft.at,
        recorded_at=draft.at,
        version=draft.version,
        particulars={**_plain(draft.particulars), **({"by": draft.actor.name} if draft.actor.name else {})},
        digest=_digest(salt, _plain(draft.personal)) if draft.personal else "",
    )


def _plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The same payload as JSON gives it back: dates as text, tuples as lists; what is hashed is what is stored."""
    plain: dict[str, Any] = msgspec.to_builtins(payload, str_keys=True, enc_hook=bulk.plain)
    return plain


def _digest(salt: str, payload: Mapping[str, Any]) -> str:
    return hashlib.sha256((salt + _canonical(payload)).encode()).hexdigest()


def _canonical(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(limit: int = 5000) -> int:
    """Give up to `limit` unsealed entries their sequence and hash; returns how many.

    One sealer at a time is meant; a second one waits at the first's locks and finds their entries sealed, so that no
    sealed entry ever moves to another place, past which a reader may be.
    """
    with transaction.atomic():
        unsealed = Entry.objects.select_for_update().filter(sequence__isnull=True)
        waiting = list(unsealed.order_by("id")[:limit])
        last = Entry.objects.aggregate(last=Max("sequence"))["last"] or 0
        previous = Entry.objects.values_list("hash", flat=True).get(sequence=last) if last else ""
        for entry in waiting:
            last += 1
            entry.sequence = last
            entry.hash = previous = chained(previous, entry)
        bulk.update(waiting, ["sequence", "hash"])
    return len(waiting)


def chained(previous: str, entry: Entry) -> str:
    """The hash of an entry on top of its predecessor's (SHA-256 over every column that never changes)."""
    content = {
        "sequence": entry.sequence,
        "action": entry.action,
        "account": entry.account,
        "actor": [entry.actor_kind, entry.actor_key],
        "valid_at": entry.valid_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "version": entry.version,
        "particulars": entry.particulars,
        "digest": entry.digest,
    }
    return hashlib.sha256((previous + _canonical(content)).encode()).hexdigest()


def first_break() -> Entry | None:
    """The first sealed entry whose hash does not follow from what it and its personal part say; None: the chain holds.

    An erased personal part is no break; one that was changed is, and one that went without being erased.
    """
    through, previous = 0, ""
    sealed = Entry.objects.filter(sequence__isnull=False).select_related("personal").order_by("sequence")
    for entry in sealed.iterator(2000):
        if not follows(entry, through, previous):
            return entry
        through, previous = through + 1, entry.hash
    return None


def follows(entry: Entry, through: int, previous: str) -> bool:
    """Is this the entry after number `through`, whose hash is `previous`, with the personal part that it was written with?"""
    return entry.sequence == through + 1 and entry.hash == chained(previous, entry) and _is_own(entry)


def _is_own(entry: Entry) -> bool:
    """Is the personal part the one that was written with the entry, or erased as it should be?"""
    part = getattr(entry, "personal", None)
    if part is None:
        return not entry.digest
    return part.erased_at is not None or _digest(part.salt, part.payload) == entry.digest


def unread(reader: str, limit: int = 1000) -> list[Entry]:
    """Sealed entries that `reader` has not passed yet, oldest first."""
    done = Cursor.objects.filter(reader=reader).values_list("sequence", flat=True).first() or 0
    return list(Entry.objects.filter(sequence__gt=done).order_by("sequence")[:limit])


def still_at(reader: str, done: int) -> bool:
    """Has nobody moved `reader` since it stood at `done`? Its place is locked until the caller's transaction ends: of two
    that have read the same entries, one alone tells of them.
    """
    row, _ = Cursor.objects.select_for_update().get_or_create(reader=reader)
    return row.sequence == done


def advance(reader: str, entry: Entry) -> None:
    """`reader` is done up to and with `entry`. Called in the transaction of what the reader did."""
    Cursor.objects.update_or_create(reader=reader, defaults={"sequence": entry.sequence or 0})


def sentence(entry: Entry, personal: Mapping[str, Any] | None = None) -> Text:
    """What happened, in both languages; a placeholder without a value reads as a dash."""
    known = actions().get(entry.action)
    if known is None:
        return Text(entry.action, entry.action)
    values = _Dashed({**entry.particulars, **(personal or {})})
    return Text(known.sentence.en.format_map(values), known.sentence.ja.format_map(values))


class _Dashed(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"
