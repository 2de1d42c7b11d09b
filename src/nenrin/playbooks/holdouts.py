"""The universal holdout: a small share of families that no playbook touches, to see what all of them together bring.

Accounts in danger and legal or contractual notices are never held back: the list of exclusions says which, and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.analytics.conditions.problems import Unreadable
from nenrin.analytics.effects import assignment
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.insight import segment_fields
from nenrin.playbooks import families, places
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.models import Playbook, UniversalExclusion, UniversalHoldout
from nenrin.values import Text

HIGHEST_SHARE: Final = 0.1
#: The most that a playbook leaves alone by itself.
HIGHEST_USUAL: Final = 0.5
#: What stands on the list from the first day on.
IN_DANGER: Final[Mapping[str, Any]] = {"field": "health.band", "op": "=", "value": "at_risk"}
#: The trigger of whatever has to reach a customer before a day of the contract.
DEADLINE: Final = "deadline"
IN_DANGER_WORDS: Final = Text("At risk (put there by itself)", "危険判定（自動追加）")


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is never held back now: conditions on accounts, and playbooks by their ids."""

    rows: tuple[UniversalExclusion, ...]

    @property
    def playbooks(self) -> frozenset[int]:
        return frozenset(row.playbook_id for row in self.rows if row.playbook_id)

    @property
    def conditions(self) -> list[UniversalExclusion]:
        return [row for row in self.rows if row.playbook_id is None]


def share() -> float:
    """The share of families that no playbook touches."""
    return UniversalHoldout.objects.values_list("share", flat=True).first() or 0.0


def usual() -> float:
    """The share that a new playbook leaves alone, unless it says otherwise."""
    return UniversalHoldout.objects.values_list("usual", flat=True).first() or 0.0


def begun(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document to begin from, with the usual share where it states none and is no notice."""
    held = dict(document.get("holdout") or {})
    is_due = any(one.get("trigger") == DEADLINE for one in document.get("when", ()))
    if "share" not in held and not is_due and not held.get("contractual") and (found := usual()):
        held["share"] = found
    return {**document, **({"holdout": held} if held else {})}


def exclusions() -> Exclusions:
    rows = UniversalExclusion.objects.filter(ended_at__isnull=True).select_related("playbook", "author")
    return Exclusions(tuple(rows))


def is_notice(document: Document) -> bool:
    """Does it tell customers what a contract or a law demands? Then nobody may miss it for the sake of a comparison.

    Marked as such, or by its trigger: whoever is reminded of a deadline has to act before it.
    """
    return document.holdout.contractual or any(trigger.kind == DEADLINE for trigger in document.triggers)


def holds(place: float | None, share: float) -> bool:
    """Is a family with this place left alone at such a share? One that was not drawn yet is not."""
    return place is not None and assignment.arm(place, share) == assignment.HOLDOUT


def helped(
    found: Exclusions, accounts: Sequence[int] | None, at: datetime, fields: Fields | None = None
) -> dict[int, UniversalExclusion]:
    """Which of these accounts (None: of all) are on the list now, each with the first row that says so.

    A condition that can no longer be read excludes nobody; the page names it.
    """
    told: dict[int, UniversalExclusion] = {}
    if not found.conditions or accounts == []:
        return told
    known = fields or segment_fields.fields()
    for row in found.conditions:
        try:
            parsed = conditions.parse(row.condition, known)
        except Unreadable:
            continue
        frame = segment_fields.frame(conditions.columns(parsed, known), known, accounts)
        holding = conditions.matching(frame, parsed, known, organisation.today(at))
        for account in holding.column("account").to_pylist():
            told.setdefault(int(account), row)
    return told


def members(accounts: Mapping[int, int | None], share: float) -> set[int]:
    """The accounts (id -> parent's id) whose family is in the group at this share."""
    return inside(families.tops_of(accounts), share)


def inside(tops: Mapping[int, int], share: float) -> set[int]:
    """The same of accounts whose top is known."""
    if not share:
        return set()
    place = places.written(places.UNIVERSAL, set(tops.values()))
    return {account for account, top in tops.items() if holds(place.get(top), share)}


def draw(accounts: Mapping[int, int | None], *, at: datetime) -> None:
    """Give every family of these accounts (id -> parent's id) its place in the universal draw. Safe to repeat."""
    with transaction.atomic():
        list(UniversalHoldout.objects.select_for_update().values_list("pk"))
        places.keep(places.drawn(places.UNIVERSAL, set(families.tops_of(accounts).values())), at)


def change(share: float, *, reason: str, by: Actor, at: datetime) -> UniversalHoldout:
    """Another share from now on, with its reason; every family that there is gets its place, if it has none. The first time,
    accounts in danger are put on the list of exclusions.

    Who was held back stays written down so; who comes in later is left alone from then on. Safe to repeat.
    Raises Refused. Journal: playbooks.holdout.changed.
    """
    if not 0 <= share <= HIGHEST_SHARE:
        raise Refused.one("share", Text("a share from 0 to 10 %", "0〜10%の割合"), share)
    told = _reason(reason)
    with transaction.atomic():
        row = UniversalHoldout.objects.select_for_update().filter(pk=1).first()
        before = row.share if row else 0.0
        if row is not None and row.share == share:
            return row
        row, _ = UniversalHoldout.objects.update_or_create(pk=1, defaults={"share": share, "changed_at": at})
        if share:
            keep_danger_helped(by=by, at=at)
            draw(parents(), at=at)
        _record("changed", by, at, before=f"{before * 100:g}", after=f"{share * 100:g}", reason=told)
    return row


def change_usual(share: float, *, reason: str, by: Actor, at: datetime) -> float:
    """Another share for playbooks that are begun from now on; those that there are keep theirs. Safe to repeat.

    Raises Refused. Journal: playbooks.holdout.usual.
    """
    if not 0 <= share <= HIGHEST_USUAL:
        raise Refused.one("usual", Text("a share from 0 to 50 %", "0〜50%の割合"), share)
    told = _reason(reason)
    with transaction.atomic():
        row = UniversalHoldout.objects.select_for_update().filter(pk=1).first()
        before = row.usual if row else 0.0
        if before == share:
            return share
        if row is None:
            UniversalHoldout.objects.create(pk=1, usual=share, changed_at=at)
        else:
            UniversalHoldout.objects.filter(pk=1).update(usual=share)
        _record("usual", by, at, before=f"{before * 100:g}", after=f"{share * 100:g}", reason=told)
    return share


def exclude(
    *,
    reason: str,
    by: Actor,
    at: datetime,
    condition: Mapping[str, Any] | None = None,
    playbook: Playbook | None = None,
) -> UniversalExclusion:
    """Never hold back these accounts, or this playbook, from now on. One that stands already is returned as it is.

    Raises Refused. Journal: playbooks.holdout.excluded.
    """
    told = _reason(reason)
    if (condition is None) == (playbook is None):
        raise Refused.one("condition", Text("either a condition or a playbook", "条件かプレイブックのどちらか一方"))
    document = None if condition is None else _document(condition)
    with transaction.atomic():
        standing = UniversalExclusion.objects.filter(ended_at__isnull=True, playbook=playbook)
        for row in standing:
            if row.condition == document:
                return row
        author = Member.objects.filter(pk=int(by.key)).first() if by.kind == "member" else None
        row = UniversalExclusion.objects.create(
            condition=document, playbook=playbook, reason=told, author=author, created_at=at
        )
        _record("excluded", by, at, reason=told)
    return row


def keep_danger_helped(*, by: Actor, at: datetime) -> None:
    """Where nothing ever stood on the list, accounts in danger do; taken off on purpose, they do not come back."""
    if not UniversalExclusion.objects.exists():
        exclude(by=by, at=at, condition=IN_DANGER, reason=IN_DANGER_WORDS.in_(organisation.current().language))


def include(row: UniversalExclusion, *, by: Actor, at: datetime) -> None:
    """Take it off the list. Safe to repeat. Journal: playbooks.holdout.included."""
    with transaction.atomic():
        if UniversalExclusion.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=at):
            _record("included", by, at, reason=row.reason)


def parents() -> dict[int, int | None]:
    """Every account that stands, with its parent."""
    return dict(Account.objects.filter(archived_at__isnull=True).values_list("pk", "parent_id"))


def _document(condition: Mapping[str, Any]) -> Any:
    try:
        return conditions.dump(conditions.parse(condition, segment_fields.fields()))
    except Unreadable as wrong:
        raise Refused.one("condition", wrong.problems[0].text) from wrong


def _reason(reason: str) -> str:
    told = " ".join(reason.split())
    if not 0 < len(told) <= 300:
        raise Refused.one("reason", Text("a reason of up to 300 characters", "300文字以内の理由"))
    return told


def _record(verb: str, by: Actor, at: datetime, **told: object) -> None:
    journal.record(f"playbooks.holdout.{verb}", actor=by, at=at, subject=("holdout", 1), particulars=told)
