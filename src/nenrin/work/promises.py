"""The ledger of promises: made, changed, kept, waived, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Fault
from nenrin.customers.models import Account, Contact
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.handing import telling
from nenrin.work.models import Promise
from nenrin.work.models.promise import Origin, PromiseState

MOST_WORDS = 500
#: Business days before its due day from which a promise stands in somebody's day.
SOON_DAYS = 3
_CHANGEABLE = frozenset({"words", "due_on", "owner", "contact", "toward", "given_by", "given_on", "evidence_url"})
_IN_SUBJECT = "promise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise as it comes in; members and contacts by their ids. `key`: asked for twice under it, one row."""

    account: int
    words: str
    due_on: date | None = None
    owner: int | None = None
    given_by: int | None = None
    contact: int | None = None
    toward: str = ""
    given_on: date | None = None
    origin: Origin = Origin.HAND
    origin_key: str = ""
    key: str = ""


def make(
    account: Account,
    words: str,
    *,
    due_on: date | None,
    owner: Member | None,
    by: Actor,
    at: datetime,
    given_by: Member | None = None,
    contact: Contact | None = None,
    toward: str = "",
    given_on: date | None = None,
    origin: Origin = Origin.HAND,
    origin_key: str = "",
    key: str = "",
) -> Promise:
    """Write a promise into the ledger. Safe to repeat under a key. Raises Refused. Journal: work.promise.made."""
    row = Row(
        account=account.pk, words=words, due_on=due_on, owner=owner.pk if owner else None,
        given_by=given_by.pk if given_by else None, contact=contact.pk if contact else None, toward=toward,
        given_on=given_on, origin=origin, origin_key=origin_key, key=key,
    )  # fmt: skip
    return make_many([row], by=by, at=at)[0]


def make_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Promise]:
    """Write many, 500 in a transaction; nothing of a chunk is written where one row is refused."""
    today = organisation.today(at)
    made: list[Promise] = []
    for start in range(0, len(rows), 500):
        chunk = rows[start : start + 500]
        with transaction.atomic():
            made += _make_chunk(chunk, today, by, at)
    return made


def _make_chunk(rows: Sequence[Row], today: date, by: Actor, at: datetime) -> list[Promise]:
    checking.refuse(fault for row in rows for fault in _faults(row))
    keys = [row.key for row in rows if row.key]
    there = {promise.key: promise for promise in Promise.objects.filter(key__in=keys)} if keys else {}
    new = {place: _built(row, today, by, at) for place, row in enumerate(rows) if not (row.key and row.key in there)}
    bulk.insert(list(new.values()))
    journal.record_many(_draft("made", promise, by, at) for promise in new.values())
    telling.promised(list(new.values()), by=by, at=at)
    return [new[place] if place in new else there[row.key] for place, row in enumerate(rows)]


def _faults(row: Row) -> list[Fault]:
    faults = checking.words("words", row.words, MOST_WORDS) + checking.words("toward", row.toward, 120, needed=False)
    faults += checking.day("due_on", row.due_on) + checking.day("given_on", row.given_on)
    if row.contact and not Contact.objects.filter(pk=row.contact, account=row.account).exists():
        faults.append(Fault("contact", Text("somebody at this account", "この顧客の担当者"), row.contact))
    return faults


def _built(row: Row, today: date, by: Actor, at: datetime) -> Promise:
    author = by.member
    return bulk.made(
        Promise, account_id=row.account, words=row.words.strip(), due_on=row.due_on, owner_id=row.owner,
        given_by_id=row.given_by or author, contact_id=row.contact, toward=row.toward.strip(),
        given_on=row.given_on or today, origin=row.origin.value, origin_key=row.origin_key, key=row.key or None,
        created_at=at, changed_at=at,
    )  # fmt: skip


def change(promise: Promise, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> Promise:
    """Change what was written. Safe to repeat. Raises Refused, Conflict. Journal: work.promise.changed."""
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"a promise has no {', '.join(sorted(unknown))} to change")
    with transaction.atomic():
        stands = _locked(promise)
        _expect(stands, version, fields)
        changed = {name: value for name, value in fields.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        for name, value in changed.items():
            setattr(stands, name, value)
        _check(stands)
        _save(stands, at)
        journal.record_many([_draft("changed", stands, by, at)])
        if "owner" in changed:
            telling.promised([stands], by=by, at=at)
    return stands


def keep(
    promise: Promise,
    *,
    by: Actor,
    at: datetime,
    on: date | None = None,
    outcome: str = "",
    evidence_url: str = "",
    version: int | None = None,
) -> Promise:
    """It was kept, on a day (default today), with its evidence. Safe to repeat. Raises Refused, Conflict.

    Journal: work.promise.kept.
    """
    checking.refuse(
        checking.words("outcome", outcome, MOST_WORDS, needed=False)
        + checking.address("evidence_url", evidence_url)
        + checking.day("on", on)
    )
    return _settle(promise, PromiseState.KEPT, on, outcome, evidence_url, version, by, at)


def waive(promise: Promise, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Promise:
    """It need not be kept any more, and why. Safe to repeat. Raises Refused without a reason, Conflict.

    Journal: work.promise.waived.
    """
    checking.refuse(checking.words("reason", reason, MOST_WORDS))
    return _settle(promise, PromiseState.WAIVED, None, reason, "", version, by, at)


def _settle(
    promise: Promise,
    state: PromiseState,
    on: date | None,
    outcome: str,
    evidence_url: str,
    version: int | None,
    by: Actor,
    at: datetime,
) -> Promise:
    with transaction.atomic():
        stands = _locked(promise)
        _expect(stands, version, {"state": state.value})
        if stands.state == state:
            return stands
        stands.state, stands.settled_on = state.value, on or organisation.today(at)
        stands.outcome, stands.settled_by_id = outcome.strip(), by.member
        stands.evidence_url = evidence_url or stands.evidence_url
        _save(stands, at)
        journal.record_many([_draft(state.value, stands, by, at)])
    return stands


def reopen(promise: Promise, *, by: Actor, at: datetime, version: int | None = None) -> Promise:
    """It stands open again. Safe to repeat. Raises Conflict. Journal: work.promise.reopened."""
    with transaction.atomic():
        stands = _locked(promise)
        _expect(stands, version, {"state": PromiseState.OPEN.value})
        if stands.state == PromiseState.OPEN:
            return stands
        stands.state, stands.settled_on, stands.settled_by, stands.outcome = PromiseState.OPEN, None, None, ""
        _save(stands, at)
        journal.record_many([_draft("reopened", stands, by, at)])
    return stands


def due_soon(today: date) -> date:
    """The last due day that belongs into somebody's day: three business days ahead."""
    return add_business_days(today, SOON_DAYS)


def _check(promise: Promise) -> None:
    row = Row(
        account=promise.account_id, words=promise.words, due_on=promise.due_on, toward=promise.toward,
        given_on=promise.given_on, contact=promise.contact_id,
    )  # fmt: skip
    checking.refuse(_faults(row) + checking.address("evidence_url", promise.evidence_url))


def _locked(promise: Promise) -> Promise:
    return Promise.objects.select_for_update().get(pk=promise.pk)


def _expect(stands: Promise, version: int | None, mine: dict[str, Any]) -> None:
    theirs = {name: getattr(stands, name) for name in mine}
    checking.stand_at(f"promise-{stands.pk}", stands.version, version, mine, theirs)


def _save(promise: Promise, at: datetime) -> None:
    promise.version, promise.changed_at = promise.version + 1, at
    promise.save()


def _draft(verb: str, promise: Promise, by: Actor, at: datetime) -> journal.Draft:
    body = {"state": promise.state, "given_on": promise.given_on, "due_on": promise.due_on,
            "settled_on": promise.settled_on, "origin": promise.origin}  # fmt: skip
    fact = {"kind": "promise", "key": str(promise.pk), "body": body}
    personal = {"words": promise.words, "outcome": promise.outcome}
    return journal.Draft(
        f"work.promise.{verb}", by, at, promise.account_id, [(_IN_SUBJECT, promise.pk)],
        {**({"due_on": promise.due_on} if promise.due_on else {}), "fact": fact}, personal, version=promise.version,
    )  # fmt: skip
