"""How a handoff is read for a verb, counted, saved, and told to the journal. The verbs are in `handoffs`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import Handoff, HandoffItem, Promise
from nenrin.work.models.handoff import ITEMS, Item
from nenrin.work.models.promise import Origin


def locked(handoff: Handoff, version: int | None = None, mine: Mapping[str, Any] | None = None) -> Handoff:
    """The row as it stands, held until the transaction ends. Raises Conflict."""
    stands = Handoff.objects.select_for_update().get(pk=handoff.pk)
    asked = dict(mine or {})
    theirs: dict[str, object] = {}
    if version is not None and version != stands.version:
        said = dict(stands.items.values_list("item", "words"))
        theirs = {name: said.get(name, getattr(stands, name, None)) for name in asked}
    checking.stand_at(f"handoff-{stands.pk}", stands.version, version, asked, theirs)
    return stands


def promises_of(handoff: int) -> Any:  # Any: the queryset type of a manager is not spelt out
    """The promises that item 6 holds."""
    return Promise.objects.filter(origin=Origin.HANDOFF, origin_key=str(handoff))


def settled(row: HandoffItem, has_promises: bool, has_people: bool) -> bool:
    """Answered in words (promises and people: or by naming one), or waived with a reason."""
    named = (row.item == Item.PROMISES and has_promises) or (row.item == Item.PEOPLE and has_people)
    return bool(row.words or row.reason or named)


def open_items(handoff: Handoff) -> list[Text]:
    """The items that are neither answered nor waived, in their order."""
    has_promises, has_people = promises_of(handoff.pk).exists(), handoff.people.exists()
    rows = {row.item: row for row in handoff.items.all()}
    return [
        name for item, name in ITEMS.items() if item not in rows or not settled(rows[item], has_promises, has_people)
    ]


def count(handoff: Handoff) -> None:
    """Bring the handoff's own counts in step with its items (not saved)."""
    handoff.settled = len(ITEMS) - len(open_items(handoff))
    handoff.waived = handoff.items.exclude(reason="").count()


def save(handoff: Handoff, at: datetime) -> None:
    handoff.version, handoff.changed_at = handoff.version + 1, at
    handoff.save()


def record(
    verb: str, handoff: Handoff, by: Actor, at: datetime, *, note: Mapping[str, Any] | None = None, words: str = ""
) -> None:
    """One entry with the handoff's whole state as a fact, without any words of persons."""
    body = {"state": handoff.state, "settled": handoff.settled, "waived": handoff.waived, "due_on": handoff.due_on,
            "signed_on": handoff.signed_on, "fit_expected": handoff.fit_expected, "fit_found": handoff.fit_found}  # fmt: skip
    particulars = {"settled": handoff.settled, "due_on": handoff.due_on, **(note or {}),
                   "fact": {"kind": "handoff", "key": str(handoff.pk), "body": body}}  # fmt: skip
    journal.record(
        f"work.handoff.{verb}", actor=by, at=at, account=handoff.account_id, subject=("handoff", handoff.pk),
        particulars=particulars, personal={"words": words} if words else None, version=handoff.version,
    )  # fmt: skip
