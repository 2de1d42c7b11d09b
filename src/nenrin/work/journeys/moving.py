"""An account comes to another stage: with a reason where criteria are unmet, and back where it was a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers import accounts
from nenrin.customers.account_rows import Change
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import survivors
from nenrin.work.journeys import criteria, designs, documents, placing, stays
from nenrin.work.journeys.criteria import Asker, Objection
from nenrin.work.models import JourneyVersion, StageStay

CHUNK: Final = 500
LONGEST_REASON: Final = 500
UNDO_HOURS: Final = 24
WANTS_REASON: Final = Text("Say why it moves all the same.", "条件を満たさないまま移動する理由の入力が必要。")


class NeedsReason(Refused):
    """Criteria are unmet: move with a reason, or wait until they hold. `objections` say what speaks against it."""

    def __init__(self, objections: Mapping[int, Sequence[Objection]]) -> None:
        self.objections = dict(objections)
        texts = dict.fromkeys(one.text for found in objections.values() for one in found)
        en, ja = (sep.join(part) for sep, part in ((". ", [t.en for t in texts]), ("。", [t.ja for t in texts])))
        super().__init__([Fault("reason", Text(f"{en}. {WANTS_REASON.en}", f"{ja}。{WANTS_REASON.ja}"))])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bulk move did: rows of who moved, and what speaks against the others."""

    moved: Sequence[StageStay] = ()
    refused: Mapping[int, Sequence[Objection]] = field(default_factory=dict)
    unchanged: int = 0


def move(
    account: Account, stage: str, *, reason: str = "", by: Actor, at: datetime, expected: str | None = None
) -> StageStay | None:
    """Bring an account to a stage ("": out of every stage); None where it stands there already. Safe to repeat.

    Raises NeedsReason where criteria are unmet and no reason is given, Refused for a stage that there is not, Conflict
    where `expected`, the stage that its mover saw, is no longer the account's. Journal: work.journey.moved (with a
    reason) or passed, beside the account's own change.
    """
    account = survivors.of(account) or account
    seen = {} if expected is None else {account.pk: expected}
    outcome = move_many([account.pk], stage, reason=reason, by=by, at=at, expected=seen)
    if outcome.refused:
        raise NeedsReason(outcome.refused)
    return outcome.moved[0] if outcome.moved else None


def move_many(
    wanted: Sequence[int],
    stage: str,
    *,
    reason: str = "",
    by: Actor,
    at: datetime,
    expected: Mapping[int, str] | None = None,
) -> Outcome:
    """Bring many to one stage: those against whom nothing speaks, or all where there is a reason. Safe to repeat.

    Each chunk of 500 is one transaction. Raises Refused, Conflict.
    """
    reason = _checked(stage, reason)
    versions = designs.in_use()
    moved, refused, unchanged = list[StageStay](), dict[int, Sequence[Objection]](), 0
    for start in range(0, len(wanted), CHUNK):
        with transaction.atomic():
            found = _moved(wanted[start : start + CHUNK], _Move(stage, reason, by, at, versions), expected or {})
        moved += found.moved
        refused |= found.refused
        unchanged += found.unchanged
    return Outcome(moved, refused, unchanged)


@dataclass(frozen=True, slots=True)
class _Move:
    stage: str
    reason: str
    by: Actor
    at: datetime
    versions: Sequence[JourneyVersion]


def _checked(stage: str, reason: str) -> str:
    if stage not in {one.value for one in Stage}:
        raise Refused.one("stage", Text("there is no such stage", "このステージはない"), stage)
    reason = reason.strip()
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Refused.one(
            "reason", Text(f"at most {LONGEST_REASON} characters", f"{LONGEST_REASON}文字まで"), len(reason)
        )
    return reason


def _moved(keys: Sequence[int], told: _Move, expected: Mapping[int, str]) -> Outcome:
    rows = Account.objects.select_for_update().order_by("pk").in_bulk(keys)
    going = {key: row for key, row in rows.items() if row.stage != told.stage}
    for key, row in going.items():
        if expected.get(key, row.stage) != row.stage:
            raise _overtaken(row, expected[key], told.stage)
    places = placing.of(going, told.versions)
    objected = _objected(going, told, places)
    free = [key for key in going if key not in objected or told.reason]
    made = _written([going[key] for key in free], told, places, objected)
    refused = {key: found for key, found in objected.items() if key not in free}
    return Outcome(made, refused, len(rows) - len(going))


def _overtaken(row: Account, seen: str, wanted: str) -> Conflict:
    mine, theirs = {"stage": wanted, "seen": seen}, {"stage": row.stage}
    return Conflict(f"account-{row.pk}", asked=row.version - 1, stands=row.version, mine=mine, theirs=theirs)


def _objected(
    rows: Mapping[int, Account], told: _Move, places: Mapping[int, JourneyVersion]
) -> dict[int, tuple[Objection, ...]]:
    asker, found = Asker(told.at), dict[int, tuple[Objection, ...]]()
    for version in told.versions:
        stages = {key: row.stage for key, row in rows.items() if places.get(key) == version}
        if stages:
            found |= criteria.objections(designs.shown(version), stages, told.stage, asker)
    return found


def _written(
    rows: Sequence[Account], told: _Move, places: Mapping[int, JourneyVersion],
    objected: Mapping[int, Sequence[Objection]],
) -> list[StageStay]:  # fmt: skip
    if not rows:
        return []
    before = {row.pk: row.stage for row in rows}
    accounts.change_many([Change(row.pk, {"stage": told.stage}) for row in rows], by=told.by, at=told.at)
    lines = [
        stays.Told(
            account=key, stage=told.stage, since=told.at, came_from=stage, reason=told.reason, is_move=True,
            unmet=[one.code for one in objected.get(key, ())], by=told.by.member, by_kind=told.by.kind,
            version=places[key].pk if key in places else None,
        )
        for key, stage in before.items()
    ]  # fmt: skip
    made = stays.put(lines, at=told.at)
    journal.record_many([_entry(row, told, places.get(row.account_id)) for row in made])
    return made


def _entry(row: StageStay, told: _Move, version: JourneyVersion | None) -> journal.Draft:
    verb = "moved" if told.reason else "passed"
    personal = {"reason": told.reason} if told.reason else {}
    said = _said(row.came_from, row.stage, version) | {"unmet": row.unmet}
    subjects = [("stage_stay", row.pk)]
    return journal.Draft(f"work.journey.{verb}", told.by, told.at, row.account_id, subjects, said, personal)


def _said(before: str, stage: str, version: JourneyVersion | None) -> dict[str, object]:
    design = designs.shown(version) if version else None
    was, now = (named(design, key) for key in (before, stage))
    return {
        "before": before, "stage": stage, "before_en": was.en, "before_ja": was.ja, "stage_en": now.en,
        "stage_ja": now.ja, "journey": version.journey.key if version else "",
    }  # fmt: skip


def named(design: documents.Design | None, stage: str) -> Text:
    """The journey's word for a stage, else the product's."""
    found = design.find(stage) if design else None
    return found.name if found else documents.stage_name(stage)


def take_back(row: StageStay, *, by: Actor, at: datetime) -> Account:
    """A move was a mistake: the account stands where it stood, for as long as it had. Safe to repeat.

    Raises Refused where it moved on since, or a day has passed. Journal: work.journey.returned.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=row.account_id)
        stands = StageStay.objects.select_for_update().get(pk=row.pk)
        if stands.undone_at:
            return account
        _refuse_late(stands, account, at)
        before = StageStay.objects.counted().filter(account=account, until=stands.since).order_by("-since").first()
        stands.undone_at = at
        stands.save(update_fields=["undone_at"])
        if before and before.stage == stands.came_from:
            before.until = None
            before.save(update_fields=["until"])
        account = accounts.change(account, stage=stands.came_from, by=by, at=at)
        version = stands.journey_version
        journal.record(
            "work.journey.returned", actor=by, at=at, account=account.pk, subject=("stage_stay", row.pk),
            particulars=_said(stands.stage, stands.came_from, version),
        )  # fmt: skip
    return account


def _refuse_late(row: StageStay, account: Account, at: datetime) -> None:
    if account.stage != row.stage or row.until is not None:
        raise Refused.one("stage", Text("it has moved on since", "その後に別のステージへ移動している"), account.stage)
    if at - row.since > timedelta(hours=UNDO_HOURS):
        raise Refused.one(
            "stage",
            Text("moved more than a day ago: move it back with a reason", "1日以上前の移動のため、理由を添えて戻す"),
        )
