"""Accounts: open, change, confirm what events announced, put by key, archive.

Every verb is one transaction (bulk forms: one per 500 rows) with one journal entry an account, which carries the
account's whole `account` fact and the `key` facts that it made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from django.db import IntegrityError, transaction

from nenrin.customers import account_rows, facts, keys
from nenrin.customers.account_rows import Change
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.grading import Grader
from nenrin.customers.models import Account, AccountKey
from nenrin.customers.statuses import Status
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.values import Text

CHUNK = 500
Pair = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account as it comes in: fields of `fields.ACCOUNT`, and `parent` (Account), `tags`, `attributes`.

    `valid_on` is since when it is true; `known_on` when we could know it, stated for imported history only.
    """

    fields: Mapping[str, object]
    keys: Sequence[Pair] = ()
    valid_on: date | None = None
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a put did; `before` holds what the changed fields were, so that it can be undone."""

    account: Account
    happened: Literal["opened", "changed", "unchanged"]
    before: Mapping[str, object] = field(default_factory=dict)


def check(fields: Mapping[str, object]) -> list[Fault]:
    """What `open` would refuse in these fields; empty where nothing."""
    return [*account_rows.prepared(fields)[1], *account_rows.missing(fields)]


def open(
    name: str,
    *,
    keys: Sequence[Pair] = (),
    by: Actor,
    at: datetime,
    valid_on: date | None = None,
    known_on: date | None = None,
    **fields: object,
) -> Account:
    """Open an account under these keys; a provisional one that already has such a key is confirmed instead.

    Raises Refused for fields that do not fit and keys that belong to another. Journal: customers.account.opened.
    """
    row = Row(fields={"name": name, **fields}, keys=keys, valid_on=valid_on, known_on=known_on)
    there = find_many(keys)
    for account in there.values():
        if account.status == Status.PROVISIONAL:
            return confirm(account, by=by, at=at, **row.fields)
    return open_many([row], by=by, at=at)[0]


def open_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Account]:
    """Open many; raises Refused (fields prefixed by the row's index) before the chunk in question is written."""
    grader, today = Grader.current(), organisation.today(at)
    return [account for chunk in _chunks(rows) for account in _open_chunk(chunk, grader, today, by, at)]


def _open_chunk(rows: Sequence[Row], grader: Grader, today: date, by: Actor, at: datetime) -> list[Account]:
    made, tagged = account_rows.built([row.fields for row in rows], at=at, today=today)
    for account in made:
        grader.grade(account, today)
    with transaction.atomic():
        keys.refuse_taken([pair for row in rows for pair in row.keys])
        Account.objects.bulk_create(made)
        account_rows.set_tags(made, tagged)
        links = [
            keys.built(account, pair, row.known_on)
            for account, row in zip(made, rows, strict=True)
            for pair in row.keys
        ]
        AccountKey.objects.bulk_create(links)
        _record_opened(made, rows, links, by, at)
    return made


def _record_opened(made: list[Account], rows: Sequence[Row], links: list[AccountKey], by: Actor, at: datetime) -> None:
    bodies = facts.of_accounts(made)
    by_account: dict[int, list[AccountKey]] = {}
    for link in links:
        by_account.setdefault(link.account_id, []).append(link)
    drafts = []
    for account, row in zip(made, rows, strict=True):
        valid = row.valid_on or row.known_on
        own = facts.fact("account", account.pk, bodies[account.pk], account=account.pk, valid=valid, known=row.known_on)
        others = [facts.of_key(link, known=row.known_on) for link in by_account.get(account.pk, [])]
        particulars = {"name": account.name, "facts": [own, *others]}
        drafts.append(journal.Draft("customers.account.opened", by, at, account.pk, (), particulars, version=1))
    journal.record_many(drafts)


def change(account: Account, *, by: Actor, at: datetime, version: int | None = None, **fields: object) -> Account:
    """Change fields; returns the account as it now stands, unchanged where nothing differs.

    `attributes` are merged key by key, None removes one; `tags` replaces all. Raises Refused, ParentCycle and, where
    `version` is given and no longer stands, Conflict with both sides. Journal: customers.account.changed.
    """
    return change_many([Change(account.pk, fields, version)], by=by, at=at)[0].account


def change_many(changes: Sequence[Change], *, by: Actor, at: datetime) -> list[Outcome]:
    """Change many, each account at most once a call; nothing of a chunk is written where one is refused."""
    grader, today = Grader.current(), organisation.today(at)
    return [outcome for chunk in _chunks(changes) for outcome in _change_chunk(chunk, grader, today, by, at)]


def _change_chunk(
    changes: Sequence[Change],
    grader: Grader,
    today: date,
    by: Actor,
    at: datetime,
    action: str = "customers.account.changed",
) -> list[Outcome]:
    with transaction.atomic():
        stand = Account.objects.select_for_update().in_bulk([change.account for change in changes])
        applied = account_rows.applied(changes, stand, today)
        changed = [(account, before) for account, before, _ in applied if before]
        for account, _ in changed:
            grader.grade(account, today)
        account_rows.save([account for account, _ in changed], at)
        account_rows.set_tags([a for a, _, _ in applied], [tags for _, _, tags in applied])
        _record_changed(changed, by, at, action)
    return [Outcome(account, "changed" if before else "unchanged", before) for account, before, _ in applied]


def _record_changed(changed: list[tuple[Account, dict[str, Any]]], by: Actor, at: datetime, action: str) -> None:
    bodies = facts.of_accounts(account for account, _ in changed)
    drafts = []
    for account, before in changed:
        own = facts.fact("account", account.pk, bodies[account.pk], account=account.pk)
        said = account_rows.said(account, before)
        particulars = {"name": account.name, "fields": ", ".join(before), "changes": said, "fact": own}
        drafts.append(journal.Draft(action, by, at, account.pk, (), particulars, version=account.version))
    journal.record_many(drafts)


def find(namespace: str, key: str) -> Account | None:
    """The account that a key means now."""
    return find_many([(namespace, key)]).get((namespace, key))


def find_many(pairs: Iterable[Pair]) -> dict[Pair, Account]:
    """The accounts that keys mean now."""
    return keys.accounts_of(pairs)


def put(namespace: str, key: str, *, by: Actor, at: datetime, version: int | None = None, **fields: object) -> Outcome:
    """Open the account of this key, or change it. Safe to repeat. Raises as `open` and `change` do."""
    there = find(namespace, key)
    if version is None or there is None:
        return put_many([Row(fields=fields, keys=[(namespace, key)])], by=by, at=at)[0]
    return change_many([Change(there.pk, _confirming(there, fields), version)], by=by, at=at)[0]


def put_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Outcome]:
    """Open or change by each row's first key, in the order given; further keys are added. A key once a call."""
    grader, today = Grader.current(), organisation.today(at)
    return [outcome for chunk in _chunks(rows) for outcome in _put_chunk(chunk, grader, today, by, at)]


def _put_chunk(rows: Sequence[Row], grader: Grader, today: date, by: Actor, at: datetime) -> list[Outcome]:
    if any(not row.keys for row in rows):
        raise Refused.one("keys", Text("needs a key to be found by", "キーが必要"))
    with transaction.atomic():
        there = find_many(row.keys[0] for row in rows)
        old = [row for row in rows if row.keys[0] in there]
        new = [row for row in rows if row.keys[0] not in there]
        made = dict(zip([id(row) for row in new], _open_chunk(new, grader, today, by, at) if new else [], strict=True))
        changes = [Change(there[row.keys[0]].pk, _confirming(there[row.keys[0]], row.fields)) for row in old]
        kept = _change_chunk(changes, grader, today, by, at) if old else []
        for row, outcome in zip(old, kept, strict=True):
            for pair in row.keys[1:]:
                keys.add(outcome.account, *pair, by=by, at=at)
    outcomes = {id(row): outcome for row, outcome in zip(old, kept, strict=True)}
    return [outcomes.get(id(row)) or Outcome(made[id(row)], "opened") for row in rows]


def _confirming(account: Account, fields: Mapping[str, object]) -> Mapping[str, object]:
    """A row for a provisional account confirms it."""
    is_provisional = account.status == Status.PROVISIONAL and "status" not in fields
    return {**fields, "status": Status.PROSPECT.value} if is_provisional else fields


def provisional(namespace: str, key: str, *, source: str, at: datetime, name: str = "") -> Account:
    """The account of a key; made as provisional where nobody knows the key yet. Safe to repeat and to race."""
    there = find(namespace, key)
    if there is not None:
        return there
    fields = {"name": (name or key)[:200], "status": Status.PROVISIONAL.value, "source": source[:80]}
    try:
        return open_many([Row(fields=fields, keys=[(namespace, key)])], by=SYSTEM, at=at)[0]
    except (IntegrityError, keys.KeyTaken):
        return find_many([(namespace, key)])[namespace, key]


def confirm(account: Account, *, by: Actor, at: datetime, **fields: object) -> Account:
    """Turn a provisional account into a real one (prospect unless a status is given). Raises Refused.

    Journal: customers.account.confirmed.
    """
    if account.status != Status.PROVISIONAL:
        raise Refused.one(
            "status",
            Text("only a provisional account is confirmed", "仮登録の顧客だけを確定できる"),
            account.status,
        )
    grader, today = Grader.current(), organisation.today(at)
    changes = [Change(account.pk, _confirming(account, fields))]
    return _change_chunk(changes, grader, today, by, at, "customers.account.confirmed")[0].account


def archive(account: Account, *, by: Actor, at: datetime, version: int | None = None) -> Account:
    """Take an account out of every list and figure from now on; its history stays. Safe to repeat.

    Raises Refused while it has children. Journal: customers.account.archived.
    """
    if account.children.filter(archived_at__isnull=True).exists():
        raise Refused.one(
            "parent",
            Text("other accounts stand below this one: move them first", "子の顧客があるため先に移動が必要"),
        )
    return _shelve(account, at, version, by, at)


def restore(account: Account, *, by: Actor, at: datetime, version: int | None = None) -> Account:
    """Bring an archived account back. Safe to repeat. Raises Refused for a merged one (undo the merge instead).

    Journal: customers.account.restored.
    """
    if account.merged_into_id:
        raise Refused.one("merged_into", Text("merged into another: undo the merge", "統合済み: 統合を取り消す"))
    return _shelve(account, None, version, by, at)


def _shelve(account: Account, archived_at: datetime | None, version: int | None, by: Actor, at: datetime) -> Account:
    with transaction.atomic():
        stands = Account.objects.select_for_update().get(pk=account.pk)
        account_rows.stand_at(stands, version, {"archived_at": archived_at})
        if (stands.archived_at is None) == (archived_at is None):
            return stands
        stands.archived_at = archived_at
        account_rows.save([stands], at)
        told = [facts.of_key(key) for key in stands.keys.filter(ended_on__isnull=True)]
        if archived_at:
            told = [facts.gone(fact["kind"], fact["key"], account=stands.pk) for fact in told]
            own = facts.gone("account", stands.pk, account=stands.pk)
        else:
            own = facts.of_account(stands)
        verb = "archived" if archived_at else "restored"
        note = {"name": stands.name, "facts": [own, *told]}
        journal.record(
            f"customers.account.{verb}",
            actor=by,
            at=at,
            account=stands.pk,
            particulars=note,
            version=stands.version,
        )
    return stands


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
