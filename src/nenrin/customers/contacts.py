"""Contacts: add, change, put by key, let go, erase. What identifies a person stays in the journal's personal part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from django.db import transaction

from nenrin.customers import cleaning, facts, fields
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.facts import Fact
from nenrin.customers.models import Account, Contact, ContactEmail
from nenrin.customers.saving import save_all
from nenrin.customers.statuses import DecisionRole
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.search import index_text
from nenrin.values import Text

CHUNK = 500
MOST_EMAILS = 10
T = TypeVar("T")
SAVED = (*fields.CONTACT, "search", "account", "archived_at", "changed_at", "version")
#: Whose departure shakes the contract.
CARRYING = (DecisionRole.CHAMPION, DecisionRole.DECISION_MAKER)
_namespace, _key = cleaning.text(80), cleaning.text(200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contact as it comes in: fields of `fields.CONTACT` and `emails` (list, the first is the one we write to)."""

    account: int
    fields: Mapping[str, object]
    namespace: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    contact: int
    fields: Mapping[str, object]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    contact: Contact
    happened: Literal["added", "changed", "unchanged"]
    before: Mapping[str, object] = field(default_factory=dict)


def check(given: Mapping[str, object]) -> list[Fault]:
    """What `add` would refuse in these fields; empty where nothing."""
    return [
        *_prepared(given)[1],
        *([] if "name" in given else [Fault("name", Text("must not be empty", "必須"))]),
    ]


def _prepared(given: Mapping[str, object]) -> tuple[dict[str, Any], list[Fault]]:
    kept, faults = fields.clean(fields.CONTACT, {k: v for k, v in given.items() if k not in {"emails", "account"}})
    ready: dict[str, Any] = dict(kept)
    if "account" in given:
        ready["account"] = given["account"]
        if not isinstance(given["account"], Account):
            faults.append(Fault("account", Text("expected an account", "顧客を指定"), given["account"]))
    if "emails" in given:
        ready["emails"], wrong = _emails(given["emails"])
        faults += wrong
    return ready, faults


def _emails(given: object) -> tuple[tuple[str, ...], list[Fault]]:
    kept, faults = [], []
    parts = [given] if isinstance(given, str) else given
    if not isinstance(parts, list | tuple | None) or len(parts or ()) > MOST_EMAILS:
        return (), [
            Fault(
                "emails",
                Text(f"a list of at most {MOST_EMAILS} addresses", f"{MOST_EMAILS}件以内のアドレス"),
                given,
            )
        ]
    for position, part in enumerate(parts or ()):
        try:
            kept.append(cleaning.email(part))
        except cleaning.Wrong as wrong:
            faults.append(Fault(f"emails.{position}", wrong.text, part))
    return tuple(dict.fromkeys(kept)), faults


def add(
    account: Account,
    name: str,
    *,
    by: Actor,
    at: datetime,
    namespace: str = "",
    key: str = "",
    **given: object,
) -> Contact:
    """A new contact of an account. Raises Refused. Journal: customers.contact.added."""
    row = Row(account=account.pk, fields={"name": name, **given}, namespace=namespace, key=key)
    return add_many([row], by=by, at=at)[0]


def add_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Contact]:
    """Add many; nothing of a chunk is written where one row is refused (fields prefixed by its index)."""
    return [contact for chunk in _chunks(rows) for contact in _add_chunk(chunk, by, at)]


def _add_chunk(rows: Sequence[Row], by: Actor, at: datetime) -> list[Contact]:
    ready = _all_prepared([({"name": ""} if "name" not in row.fields else {}) | dict(row.fields) for row in rows])
    taken = find_many((row.namespace, row.key) for row in rows if row.key)
    if taken:
        raise Refused(
            [Fault("key", Text(f"{n}|{k} is known already", f"{n}|{k} は登録済み"), [n, k]) for n, k in taken]
        )
    made = [_built(row, values, at) for row, values in zip(rows, ready, strict=True)]
    with transaction.atomic():
        bulk.insert(made)
        _save_emails([(row, values.get("emails", ())) for row, values in zip(made, ready, strict=True)])
        _record("added", [(row, {}) for row in made], by, at)
    return made


def _all_prepared(given: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
    ready, faults = [], []
    for index, each in enumerate(given):
        values, wrong = _prepared(each)
        faults += [replace(f, field=f"{index}.{f.field}") if len(given) > 1 else f for f in wrong]
        ready.append(values)
    if faults:
        raise Refused(faults)
    return ready


def _built(row: Row, values: Mapping[str, Any], at: datetime) -> Contact:
    columns = {name: value for name, value in values.items() if name not in {"emails", "account"}}
    contact = Contact(account_id=row.account, created_at=at, changed_at=at, **columns)
    contact.namespace, contact.key = str(_namespace(row.namespace)), str(_key(row.key))
    _index(contact, values.get("emails", ()))
    return contact


def _index(contact: Contact, emails: Iterable[str]) -> None:
    contact.search = index_text(contact.name, contact.kana, contact.title, contact.department, *emails)[:500]


def _save_emails(pairs: Iterable[tuple[Contact, Sequence[str]]]) -> None:
    rows = [ContactEmail(contact=c, address=a, position=n) for c, addresses in pairs for n, a in enumerate(addresses)]
    bulk.insert(rows)


def _record(verb: str, changed: Iterable[tuple[Contact, Mapping[str, Any]]], by: Actor, at: datetime) -> None:
    drafts = []
    for contact, before in changed:
        note: dict[str, Any] = {"fields": ", ".join(before), "role": contact.role or "—"}
        told = _departure(contact, before)
        if told:
            note["fact"] = told
        code = "left" if verb == "changed" and "left_on" in before and contact.left_on else verb
        subjects, personal = [("contact", contact.pk)], {"name": contact.name}
        code = f"customers.contact.{code}"
        drafts.append(
            journal.Draft(code, by, at, contact.account_id, subjects, note, personal, version=contact.version)
        )
    journal.record_many(drafts)


def _departure(contact: Contact, before: Mapping[str, Any]) -> Fact | None:
    if "left_on" not in before or contact.role not in CARRYING:
        return None
    if contact.left_on is None:
        return facts.gone("hard_event", f"champion_left|{contact.pk}", account=contact.account_id)
    return facts.departure(contact.pk, contact.account_id, contact.left_on)


def change(contact: Contact, *, by: Actor, at: datetime, version: int | None = None, **given: object) -> Contact:
    """Change fields; `emails` replaces all, `account` moves the person. Raises Refused and Conflict.

    Journal: customers.contact.changed, or .left where `left_on` was set.
    """
    return change_many([Change(contact.pk, given, version)], by=by, at=at)[0].contact


def leave(contact: Contact, *, on: date, by: Actor, at: datetime) -> Contact:
    """The person has left. Journal: customers.contact.left; a champion or decision maker leaves a hard event behind."""
    return change(contact, by=by, at=at, left_on=on)


def change_many(changes: Sequence[Change], *, by: Actor, at: datetime) -> list[Outcome]:
    """Change many, each at most once a call."""
    return [outcome for chunk in _chunks(changes) for outcome in _change_chunk(chunk, by, at)]


def _change_chunk(changes: Sequence[Change], by: Actor, at: datetime) -> list[Outcome]:
    ready = _all_prepared([change.fields for change in changes])
    with transaction.atomic():
        rows = Contact.objects.select_for_update().prefetch_related("emails").in_bulk([c.contact for c in changes])
        outcomes = [_changed(rows[c.contact], c, values, at) for c, values in zip(changes, ready, strict=True)]
        moved = [outcome.contact for outcome in outcomes if outcome.before]
        save_all(moved, SAVED)
        news = [(o.contact, v["emails"]) for o, v in zip(outcomes, ready, strict=True) if "emails" in o.before]
        ContactEmail.objects.filter(contact__in=[contact for contact, _ in news]).delete()
        _save_emails(news)
        for contact, _ in news:
            getattr(contact, "_prefetched_objects_cache", {}).pop("emails", None)
        _record("changed", [(outcome.contact, outcome.before) for outcome in outcomes if outcome.before], by, at)
    return outcomes


def _changed(contact: Contact, asked: Change, values: Mapping[str, Any], at: datetime) -> Outcome:
    stand_at(contact, asked.version, values)
    addresses = tuple(email.address for email in contact.emails.all())
    stands = {name: addresses if name == "emails" else getattr(contact, name) for name in values}
    before = {name: was for name, was in stands.items() if was != values[name]}
    for name in before:
        if name != "emails":
            setattr(contact, name, values[name])
    if before:
        _index(contact, values.get("emails", addresses))
        contact.version, contact.changed_at = contact.version + 1, at
    return Outcome(contact, "changed" if before else "unchanged", before)


def stand_at(contact: Contact, version: int | None, mine: Mapping[str, object]) -> None:
    """Raise Conflict where `version` is given and is not the one that stands."""
    if version is not None and version != contact.version:
        theirs = {name: getattr(contact, name) for name in mine if name != "emails"}
        raise Conflict(f"contact-{contact.pk}", asked=version, stands=contact.version, mine=mine, theirs=theirs)


def archive(contact: Contact, *, by: Actor, at: datetime, version: int | None = None) -> Contact:
    """Take a contact out of every list. Safe to repeat. Raises Conflict. Journal: customers.contact.archived."""
    stand_at(Contact.objects.get(pk=contact.pk), version, {"archived_at": at})
    return archive_many([contact.pk], by=by, at=at)[0]


def archive_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Contact]:
    """Archive many."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, at, by, at)]


def restore(contact: Contact, *, by: Actor, at: datetime, version: int | None = None) -> Contact:
    """Bring an archived contact back. Safe to repeat. Raises Conflict. Journal: customers.contact.restored."""
    stand_at(Contact.objects.get(pk=contact.pk), version, {"archived_at": None})
    return restore_many([contact.pk], by=by, at=at)[0]


def restore_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Contact]:
    """Bring many back."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, None, by, at)]


def _shelve(ids: Sequence[int], archived_at: datetime | None, by: Actor, at: datetime) -> list[Contact]:
    with transaction.atomic():
        rows = Contact.objects.select_for_update().in_bulk(ids)
        moved = [row for row in rows.values() if (row.archived_at is None) != (archived_at is None)]
        for row in moved:
            row.archived_at, row.changed_at, row.version = archived_at, at, row.version + 1
        save_all(moved, ["archived_at", "changed_at", "version"])
        _record("archived" if archived_at else "restored", [(row, {}) for row in moved], by, at)
    return [rows[pk] for pk in ids]


def find_many(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Contact]:
    """Contacts by outside key."""
    by_namespace: dict[str, list[str]] = {}
    for namespace, key in pairs:
        by_namespace.setdefault(namespace, []).append(key)
    return {
        (row.namespace, row.key): row
        for namespace, wanted in by_namespace.items()
        for start in range(0, len(wanted), CHUNK)
        for row in Contact.objects.filter(namespace=namespace, key__in=wanted[start : start + CHUNK])
    }


def put_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Outcome]:
    """Add or change by key, in the order given. Safe to repeat. A key once a call."""
    return [outcome for chunk in _chunks(rows) for outcome in _put_chunk(chunk, by, at)]


def _put_chunk(rows: Sequence[Row], by: Actor, at: datetime) -> list[Outcome]:
    if any(not row.key for row in rows):
        raise Refused.one("key", Text("needs a key to be found by", "キーが必要"))
    with transaction.atomic():
        there = find_many((row.namespace, row.key) for row in rows)
        new = [row for row in rows if (row.namespace, row.key) not in there]
        made = {(c.namespace, c.key): Outcome(c, "added") for c in (_add_chunk(new, by, at) if new else [])}
        changes = {p: Change(there[p].pk, row.fields) for row in rows if (p := (row.namespace, row.key)) in there}
        kept = _change_chunk(list(changes.values()), by, at) if changes else []
    known = made | dict(zip(changes, kept, strict=True))
    return [known[row.namespace, row.key] for row in rows]


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
