"""What we know of an end user, to hand over and to forget."""

from __future__ import annotations

import json
import os
import secrets
import socket
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.erasure import Person
from nenrin.foundation import journal, leases
from nenrin.foundation.actors import Actor
from nenrin.ingest import drain
from nenrin.ingest.models import Conflict, EndUser, LiveEvent, Quarantined

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("EndUser", "EndGroup", "Conflict", "LiveEvent", "Quarantined")
ERASED: Final = "{}"
LEASE_SECONDS: Final = 120
PATIENCE_SECONDS: Final = 60.0


class DrainAtWork(RuntimeError):
    """The drain, or somebody who tidies or erases, has been at work for a minute: nothing was erased, try again."""


def exported(lake: Lake, namespace: str, user: str, *, most: int = 100_000) -> dict[str, Any]:
    """Everything held of an end user, as JSON holds it: traits, anonymous ids, the last events, what was set aside."""
    row = EndUser.objects.filter(namespace=namespace, user=user).first()
    return {
        "namespace": namespace,
        "user": user,
        "traits": {name: kept[0] for name, kept in row.traits.items()} if row else {},
        "anonymous": anonymous_ids(lake, namespace, user),
        "events": _events(lake, namespace, user, most),
        "quarantined": [kept.body for kept in Quarantined.objects.filter(_mentions(namespace, [user]))],
    }


def erase(lake: Lake, namespace: str, user: str, *, by: Actor, at: datetime) -> int:
    """Forget an end user everywhere in the intake; returns how many of their events were made nobody's.

    Their events go on counting under a pseudonym that leads nowhere. Holds the drain's right meanwhile, and waits for
    it. Journal: ingest.user.erased. Safe to repeat. Raises DrainAtWork.
    """
    holder = f"erase:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    with leases.waited(drain.LEASE, holder=holder, seconds=LEASE_SECONDS, at=at, patience=PATIENCE_SECONDS) as mine:
        if not mine:
            raise DrainAtWork(DrainAtWork.__doc__)
        return _erase(lake, namespace, user, by, at)


def _erase(lake: Lake, namespace: str, user: str, by: Actor, at: datetime) -> int:
    anonymous = anonymous_ids(lake, namespace, user)
    person = Person(namespace, user, anonymous, f"erased-{secrets.token_hex(8)}")
    total = lake.forget(person)
    mine = _mentions(namespace, [user, *anonymous])
    with transaction.atomic():
        EndUser.objects.filter(namespace=namespace, user=user).delete()
        Quarantined.objects.filter(mine).update(body=ERASED, detail="", state="dropped", settled_at=at)
        LiveEvent.objects.filter(mine).update(body=ERASED, key="")
        ids = [user, *anonymous]
        Conflict.objects.filter(Q(left__in=ids) | Q(right__in=ids), namespace=namespace).delete()
        journal.record("ingest.user.erased", actor=by, at=at, particulars={"events": total})
    return total


def anonymous_ids(lake: Lake, namespace: str, user: str) -> list[str]:
    """The anonymous ids that turned out to be this user."""
    files = lake.facts.files(["alias"])
    if not files:
        return []
    with lake.connection() as db:
        found = db.execute(
            f"select distinct key from read_parquet({file_list(files)}, hive_partitioning = false)"
            " where body->>'$.user' = $1 and starts_with(key, $2 || '|a:')",
            [user, namespace],
        ).fetchall()
    return sorted(key.removeprefix(f"{namespace}|a:") for (key,) in found)


def _events(lake: Lake, namespace: str, user: str, most: int) -> list[dict[str, Any]]:
    files = lake.events.files()
    if not files:
        return []
    with lake.connection() as db:
        rows = db.sql(
            f"from read_parquet({file_list(files)}, hive_partitioning = false)"
            f' where namespace = {quoted(namespace)} and "user" = {quoted(user)} order by valid_at desc limit {most}'
        ).to_arrow_table()
    found: list[dict[str, Any]] = json.loads(json.dumps(rows.to_pylist(), default=str))
    return found


def _mentions(namespace: str, ids: list[str]) -> Q:
    """Bodies in which one of these ids stands as a JSON string."""
    mentioned = Q()
    for name in ids:
        mentioned |= Q(body__contains=json.dumps(name)) | Q(body__contains=json.dumps(name, ensure_ascii=False))
    return Q(namespace=namespace) & mentioned
