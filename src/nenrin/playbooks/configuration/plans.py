"""What taking a configuration would do: each document against what is live, tried whole, and what it means to accounts."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.playbooks.configuration import apart, bundles
from nenrin.playbooks.configuration.bundles import Bundle
from nenrin.playbooks.configuration.kinds import KINDS
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking
from nenrin.values import Text

What = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One document: `before` and `after` are None where there is none. `problems`: why it cannot be taken. `conflicts`:
    whose unpublished work would be overwritten; only by force. `read`: what is live once it is taken, in the kind's own
    order and with what the file leaves out."""

    kind: Kind
    key: str
    before: Document | None
    after: Document | None
    effects: tuple[Text, ...] = ()
    problems: tuple[str, ...] = ()
    conflicts: tuple[Text, ...] = ()
    read: Document | None = None

    @property
    def what(self) -> What:
        if self.after is None:
            return "gone"
        return "new" if self.before is None else "changed"

    @property
    def difference(self) -> list[str]:
        """A unified difference of the two files."""
        before, after = ("" if one is None else bundles.text(one) for one in (self.before, self.read or self.after))
        name = f"{self.kind.folder}/{self.key}.yaml"
        return list(
            difflib.unified_diff(before.splitlines(), after.splitlines(), f"live/{name}", name, lineterm="", n=2)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """`digest` names what is live and what is to be: a plan is carried out only if both are still the same."""

    changes: tuple[Change, ...]
    unchanged: int
    digest: str

    @property
    def problems(self) -> list[str]:
        return [
            f"{change.kind.folder}/{change.key}: {problem}" for change in self.changes for problem in change.problems
        ]

    @property
    def conflicts(self) -> list[str]:
        return [f"{one.kind.folder}/{one.key}: {told.en}" for one in self.changes for told in one.conflicts]


def plan(wanted: Bundle, *, by: Actor, at: datetime, prune: bool = False, effects: bool = True) -> Plan:
    """Look at every document, in the order in which kinds lean on each other. Nothing is kept.

    - `prune`: what is live and not among the documents is put away; without it, it is left alone. A kind of which
      nothing is wanted is left alone in any case: the files may be older than the kind.
    - `effects`: also tell what it means to accounts, for which playbooks and journeys are looked at whole.

    All documents are taken together and taken back, so that a playbook may name a segment that comes with it; on SQLite in
    a copy of the database, so that whatever else writes does not wait for it.
    """
    with apart.copied():
        return _looked_at(wanted, Taking(by, at, "plan"), prune, effects)


def _looked_at(wanted: Bundle, taking: Taking, prune: bool, effects: bool) -> Plan:
    live = bundles.live()
    pairs = in_order(_pairs(wanted, live, prune))
    tried = _tried(pairs, taking, effects)
    return Plan(tuple(tried), len(wanted) - sum(one.after is not None for one in tried), _digest(pairs))


def _pairs(wanted: Bundle, live: Bundle, prune: bool) -> Iterator[Change]:
    for kind in KINDS:
        keys = [key for folder, key in {**live, **wanted} if folder == kind.folder]
        may_go = prune and any(folder == kind.folder for folder, _ in wanted)
        for key in sorted(keys):
            before, after = live.get((kind.folder, key)), wanted.get((kind.folder, key))
            if before is not None and after is not None:
                after = kind.filled(after, before)
            if (after is None and not may_go) or (after is not None and before is not None and _same(before, after)):
                continue
            yield Change(kind, key, before, after)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Kind by kind; what others may name goes last, once they name it no more."""
    places = {kind.folder: place for place, kind in enumerate(KINDS)}
    return sorted(changes, key=lambda one: (one.after is None and one.kind.is_leant_on, places[one.kind.folder]))


def _same(one: Document, other: Document) -> bool:
    return bundles.text(one) == bundles.text(other)


def _tried(changes: Iterable[Change], taking: Taking, effects: bool) -> list[Change]:
    found = []
    with transaction.atomic():
        for change in changes:
            if (told := _one(change, taking, effects)) is not None:
                found.append(told)
        transaction.set_rollback(True)
    return found


def _one(change: Change, taking: Taking, effects: bool) -> Change | None:
    """With what it would mean, or with why not; None where it says what is live in other words. The effect is told before
    the document is taken: against what is live."""
    conflicts = in_the_way(change)
    try:
        read = _read(change, taking) if change.before is not None else None
        if change.before is not None and read is not None and _same(change.before, read):
            return None
        told = tuple(change.kind.effect(change.key, change.after, taking.at)) if effects else ()
        with transaction.atomic():
            carry_out(change, taking)
    except change.kind.refusals as refusal:
        return Change(change.kind, change.key, change.before, change.after, (), (str(refusal),), conflicts)
    return Change(change.kind, change.key, change.before, change.after, told, (), conflicts, read)


def _read(change: Change, taking: Taking) -> Document | None:
    """What is live after the document was taken; it is taken back at once."""
    with transaction.atomic():
        carry_out(change, taking)
        found = change.kind.live().get(change.key)
        transaction.set_rollback(True)
    return found


def in_the_way(change: Change) -> tuple[Text, ...]:
    """The unpublished draft that taking the document would overwrite, unless it says the same."""
    found = change.kind.draft(change.key) if change.after is not None else None
    if found is None or change.after is None:
        return ()
    if _same(found.document, change.kind.filled(change.after, found.document)):
        return ()
    on = organisation.today(found.changed_at).isoformat()
    return (
        Text(
            f"the unpublished draft of {found.author} ({on}) would be overwritten",
            f"{found.author}の未公開の案（{on}）を上書きする",
        ),
    )


def carry_out(change: Change, taking: Taking) -> None:
    """Raises one of the kind's refusals."""
    if change.after is None:
        change.kind.retire(change.key, taking)
    else:
        change.kind.take(change.key, change.after, taking)


def _digest(changes: Iterable[Change]) -> str:
    told = hashlib.sha256()
    for change in changes:
        for document in (change.before, change.after):
            told.update(f"{change.kind.folder}/{change.key}\n".encode())
            told.update(b"-" if document is None else bundles.text(document).encode())
    return told.hexdigest()[:12]
