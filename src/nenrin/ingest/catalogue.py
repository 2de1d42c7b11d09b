"""The event catalogue: every name counted, mapped to what it stands for; and who is left out of every count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.db.models import F

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest.models import EndUser, EventName, Exclusion, LiveEvent

Use = Literal["login", "key_feature", "first_value", "other", "ignore", "unmapped"]

#: Names beyond this many in one namespace are counted together: a program that invents names must not fill the table.
MOST_NAMES: Final = 2_000
OTHERS: Final = "…"
LONGEST_NAME: Final = 200
KEPT_LIVE: Final = 100


class UnknownUse(ValueError):
    """An event stands for login, key_feature, first_value, other, ignore or unmapped; a key feature names its key."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Events of one name in one drain."""

    namespace: str
    name: str
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """Who is left out: patterns on ids and agents (regular expressions), and users of excluded mail domains."""

    users: tuple[str, ...]
    groups: tuple[str, ...]
    agents: tuple[str, ...]
    domain_users: frozenset[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.users or self.groups or self.agents or self.domain_users)


def map_event(
    namespace: str, name: str, *, use: Use, feature: str = "", by: Actor, at: datetime, version: int | None = None
) -> EventName:
    """Say what an event stands for, from now on and for all its past. Journal: ingest.event.mapped, with the fact.

    Raises UnknownUse; EventName.DoesNotExist for a name nobody sent, or when `version` is no longer the row's.
    """
    if use not in EventName.USES or (use == "key_feature") != bool(feature):
        raise UnknownUse(f"{use!r} with feature {feature!r}")
    with transaction.atomic():
        rows = EventName.objects.select_for_update().filter(namespace=namespace, name=name)
        row = rows.get() if version is None else rows.get(version=version)
        row.use, row.feature, row.version = use, feature, row.version + 1
        row.save(update_fields=["use", "feature", "version"])
        _record(row, by, at)
    return row


def map_many(mappings: Iterable[tuple[str, str, Use, str]], *, by: Actor, at: datetime) -> list[EventName]:
    """Map (namespace, name, use, feature) rows, of names not seen yet too (configuration as code, the simulator)."""
    found = []
    with transaction.atomic():
        for namespace, name, use, feature in mappings:
            fresh = {"first_seen_at": at, "last_seen_at": at}
            EventName.objects.get_or_create(namespace=namespace, name=name, defaults=fresh)
            found.append(map_event(namespace, name, use=use, feature=feature, by=by, at=at))
    return found


def exclude(kind: str, pattern: str, *, why: str = "", by: Actor, at: datetime) -> Exclusion:
    """Leave out what matches, from what arrives from now on. Journal: ingest.exclusion.added. Safe to repeat."""
    if kind not in Exclusion.KINDS or not pattern.strip():
        raise ValueError(
            f"an exclusion is one of {', '.join(Exclusion.KINDS)} with a pattern, not {kind!r} {pattern!r}"
        )
    with transaction.atomic():
        fresh = {"why": why, "created_at": at}
        row, made = Exclusion.objects.get_or_create(kind=kind, pattern=pattern.strip(), defaults=fresh)
        if made:
            particulars = {"kind": kind, "pattern": row.pattern, "why": why}
            journal.record(
                "ingest.exclusion.added", actor=by, at=at, subject=("exclusion", row.pk), particulars=particulars
            )
    return row


def include(exclusion: Exclusion, *, by: Actor, at: datetime) -> None:
    """End an exclusion. What was left out stays left out. Journal: ingest.exclusion.removed."""
    with transaction.atomic():
        particulars = {"kind": exclusion.kind, "pattern": exclusion.pattern}
        journal.record(
            "ingest.exclusion.removed", actor=by, at=at, subject=("exclusion", exclusion.pk), particulars=particulars
        )
        exclusion.delete()


def left_out() -> Left:
    """The exclusions that hold now."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in Exclusion.KINDS}
    for kind, pattern in Exclusion.objects.values_list("kind", "pattern"):
        by_kind[kind].append(pattern)
    domains = [pattern.lower().lstrip("@") for pattern in by_kind["email_domain"]]
    staff = EndUser.objects.filter(email_domain__in=domains).values_list("namespace", "user") if domains else []
    return Left(
        tuple(_regex(pattern) for pattern in by_kind["user"]),
        tuple(_regex(pattern) for pattern in by_kind["group"]),
        tuple(f"(?i){re.escape(pattern)}" for pattern in by_kind["agent"]),
        frozenset(staff),
    )


def ignored() -> frozenset[tuple[str, str]]:
    """(namespace, name) of the events that are ignored now."""
    return frozenset(EventName.objects.filter(use="ignore").values_list("namespace", "name"))


def count(seen: Iterable[Seen]) -> None:
    """Add a drain's counts, in the drain's transaction."""
    known = {(row.namespace, row.name): row for row in EventName.objects.all()}
    sizes: dict[str, int] = {}
    for namespace, _ in known:
        sizes[namespace] = sizes.get(namespace, 0) + 1
    fresh: dict[tuple[str, str], EventName] = {}
    for one in seen:
        name = one.name.replace("\0", "")[:LONGEST_NAME]
        if (one.namespace, name) not in known and sizes.get(one.namespace, 0) >= MOST_NAMES:
            name = OTHERS
        _add(one, name, known, fresh, sizes)
    EventName.objects.bulk_create([row for key, row in fresh.items()])


def keep_live(rows: Iterable[Mapping[str, object]]) -> None:
    """Keep the last hundred events as received."""
    LiveEvent.objects.bulk_create([LiveEvent(**row) for row in rows])
    kept = list(LiveEvent.objects.order_by("-id").values_list("id", flat=True)[:KEPT_LIVE])
    if len(kept) == KEPT_LIVE:
        LiveEvent.objects.filter(id__lt=kept[-1]).delete()


def _add(
    one: Seen, name: str, known: dict[tuple[str, str], EventName], fresh: dict[tuple[str, str], EventName],
    sizes: dict[str, int],
) -> None:  # fmt: skip
    key = (one.namespace, name)
    if key in fresh:
        fresh[key].events += one.events
        fresh[key].last_seen_at = max(fresh[key].last_seen_at, one.last_at)
    elif key in known:
        row = known[key]
        # A name may be mapped before it was ever sent: what it had until now is the moment of its mapping.
        first = row.first_seen_at if row.events else one.first_at
        last = max(row.last_seen_at, one.last_at) if row.events else one.last_at
        EventName.objects.filter(pk=row.pk).update(
            events=F("events") + one.events, first_seen_at=first, last_seen_at=last
        )  # fmt: skip
    else:
        sizes[one.namespace] = sizes.get(one.namespace, 0) + 1
        fresh[key] = EventName(
            namespace=one.namespace, name=name, events=one.events, first_seen_at=one.first_at, last_seen_at=one.last_at
        )


def _record(row: EventName, by: Actor, at: datetime) -> None:
    fact = {
        "kind": "mapping",
        "key": f"{row.namespace}|{row.name}",
        "body": {"use": row.use, "feature": row.feature or None},
        "gone": row.use == "unmapped",
    }
    journal.record(
        "ingest.event.mapped", actor=by, at=at, subject=("event", f"{row.namespace}|{row.name}"[:80]), version=row.version,
        particulars={"event": row.name, "use": row.use, "feature": row.feature, "fact": fact},
    )  # fmt: skip


def _regex(pattern: str) -> str:
    """A pattern with `*` as a regular expression that RE2 reads too."""
    return "(?i)^" + ".*".join(re.escape(part) for part in pattern.split("*")) + "$"
