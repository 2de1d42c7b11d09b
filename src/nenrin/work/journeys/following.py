"""Every change of a stage becomes part of the journey's history, whoever changed it: a reader of the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.models import Cursor, Entry
from nenrin.work.journeys import stays
from nenrin.work.journeys.stays import Told

READER: Final = "journeys"
#: What may tell a stage.
HEARD: Final = tuple(f"customers.account.{what}" for what in ("opened", "changed", "confirmed"))
LIMIT: Final = 1000
#: A customer of longer standing did not come to the stage on the day on which it was first told of.
FRESH_DAYS: Final = 7


def step(at: datetime) -> int:
    """Read on in the journal; returns how many stays were added. Safe to repeat and to kill."""
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    last = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
    if last is None:
        return 0
    heard = list(Entry.objects.filter(sequence__gt=done, action__in=HEARD).order_by("sequence")[:LIMIT])
    told = [each for entry in heard for each in _told(entry)]
    with transaction.atomic():
        _hold({one.account for one in told})
        made = stays.put(told, at=at)
        journal.advance(READER, heard[-1] if len(heard) == LIMIT else last)
    return len(made)


def _hold(accounts: Collection[int]) -> None:
    """Keep moves of these accounts waiting until their stays are written."""
    list(Account.objects.select_for_update().filter(pk__in=accounts).order_by("pk").values_list("pk"))


def _told(entry: Entry) -> Iterator[Told]:
    if entry.account is None:
        return
    moved = entry.particulars.get("changes", {}).get("stage")
    if entry.action.endswith(".opened"):
        body = _body(entry.particulars)
        if body.get("stage"):
            yield _line(entry, "", body["stage"], is_exact=_is_fresh(body, entry))
    elif moved:
        yield _line(entry, moved[0] or "", moved[1] or "", is_exact=True)


def _body(particulars: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the opening said of the account; of several states told at once the last."""
    facts = [one for one in particulars.get("facts", ()) if one.get("kind") == "account"]
    found: Mapping[str, Any] = facts[-1].get("body", {}) if facts else {}
    return found


def _is_fresh(body: Mapping[str, Any], entry: Entry) -> bool:
    since = body.get("customer_since")
    return not since or (entry.valid_at.date() - date.fromisoformat(str(since)[:10])).days <= FRESH_DAYS


def _line(entry: Entry, before: str, stage: str, *, is_exact: bool) -> Told:
    member = int(entry.actor_key) if entry.actor_kind == "member" and entry.actor_key.isdigit() else None
    return Told(
        account=entry.account or 0, stage=stage, since=entry.valid_at, came_from=before, is_exact=is_exact, by=member,
        by_kind=entry.actor_kind,
    )  # fmt: skip
