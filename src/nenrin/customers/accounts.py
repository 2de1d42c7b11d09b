"""Accounts: open, change, confirm what events announced, put by key, archive.

Every verb is one transaction (bulk forms: one per 500 rows) with one journal entry an account, which carries the
account's whole `account` fact and the `key` facts that it made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from django.db import IntegrityError, transaction

from nenrin.customers import account_rows, facts, keys
from nenrin.customers.account_rows import Change
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.grading import Grader
from nenrin.customers.models import Account, AccountKey
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk, journal, organisation
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


def _open_chunk(
    rows: Sequence[Row], grader: Grader, today: date, by: Actor, at: datetime, free: Collection[Pair] = ()
) -> list[Account]:
    """`free`: keys of which the caller knows, in the same transaction, that they mean nobody."""
    made, tagged = account_rows.built([row.fields for row in rows], at=at, today=today)
    for account in made:
        grader.grade(account, today)
    with transaction.atomic():
        keys.refuse_taken([pair for row in rows for pair in row.keys], free)
        bulk.insert(made)
        account_rows.wear(made, tagged)
        links = [
            keys.built(account, pair, row.known_on)
            for account, row in zip(made, rows, strict=True)
            for pair in row.keys
        ]
        bulk.insert(links)
        _record_opened(made, tagged, rows, links, today, by, at)
    return made


def _record_opened(
    made: list[Account], tagged: Sequence[tuple[str, ...]], rows: Sequence[Row], links: list[AccountKey],
    today: date, by: Actor, at: datetime,
) -> None:  # fmt: skip
    bodies = facts.of_accounts(made, {account.pk: tags for account, tags in zip(made, tagged, strict=True)})
    by_account: dict[int, list[AccountKey]] = {}
    for link in links:
        by_account.setdefault(link.account_id, []).append(link)
    drafts = []
    for account, row in zip(made, rows, strict=True):
        own = _told(account, bodies[account.pk], row, today)
        others = [facts.of_key(link, known=row.known_on) for link in by_account.get(account.pk, [])]
        particulars = {"name": account.name, "facts": [*own, *others]}
        drafts.append(journal.Draft("customers.account.opened", by, at, account.pk, (), particulars, version=1))
    journal.record_many(drafts)


def _told(account: Account, body: dict[str, Any], row: Row, today: date) -> list[facts.Fact]:
    if row.known_on is None:
        return [facts.fact("account", account.pk, body, account=account.pk, valid=row.valid_on)]
    since = row.valid_on or row.known_on
    return facts.of_past_account(account.pk, body, since, max(timedelta(0), row.known_on - since), today)


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


def put_many(
    rows: Sequence[Row], *, by: Actor, at: datetime, stand: Mapping[Pair, Account] | None = None
) -> list[Outcome]:
    """Open or change by each row's first key, in the order given; further keys are added. A key once a call.

    `stand`: the accounts of these first keys, where the caller has looked them up in the same transaction.
    """
    if any(not row.keys for row in rows):
        raise Refused.one("keys", Text("needs a key to be found by", "キーが必要"))
    grader, today = Grader.current(), organisation.today(at)
    return [outcome for chunk in _chunks(rows) for outcome in _put_chunk(chunk, stand, grader, today, by, at)]


def _put_chunk(
    rows: Sequence[Row], stand: Mapping[Pair, Account] | None, grader: Grader, today: date, by: Actor, at: datetime
) -> list[Outcome]:
    with transaction.atomic():
        there = find_many(row.keys[0] for row in rows) if stand is None else stand
        old = [row for row in rows if row.keys[0] in there]
        new = [row for row in rows if row.keys[0] not in there]
        free = {row.keys[0] for row in new}
        opened = _open_chunk(new, grader, today, by, at, free) if new else []
        made = dict(zip([id(row) for row in new], opened, strict=True))
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
    try:
        with transaction.atomic():
            return open_many([_announced((namespace, key), name, source)], by=SYSTEM, at=at)[0]
    except (IntegrityError, keys.KeyTaken):
        return find_many([(namespace, key)])[namespace, key]


def provisional_many(wanted: Mapping[Pair, str], *, source: str, at: datetime) -> set[Pair]:
    """The keys of `wanted` (with a name each, or empty) that mean an account now; those nobody knew were opened.

    A key that cannot be one stays out, and takes no other with it. Safe to repeat and to race.
    """
    stand = keys.standing(wanted)
    new = [(pair, _announced(pair, name, source)) for pair, name in wanted.items() if pair not in stand]
    for chunk in _chunks(new):
        stand |= _opened(chunk, at)
    return stand


def _opened(rows: Sequence[tuple[Pair, Row]], at: datetime) -> set[Pair]:
    """Open provisional accounts together; what keeps them from being opened is found by halving and left out."""
    try:
        with transaction.atomic():
            open_many([row for _, row in rows], by=SYSTEM, at=at)
        return {pair for pair, _ in rows}
    except (IntegrityError, Refused, ValueError):
        if len(rows) == 1:
            return set(find_many([rows[0][0]]))
        half = len(rows) // 2
        return _opened(rows[:half], at) | _opened(rows[half:], at)


def _announced(pair: Pair, name: str, source: str) -> Row:
    fields = {"name": (name or pair[1])[:200], "status": Status.PROVISIONAL.value, "source": source[:80]}
    return Row(fields=fields, keys=[pair])


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

    Raises Refused while it has children, Conflict. Journal: customers.account.archived.
    """
    account_rows.stand_at(Account.objects.get(pk=account.pk), version, {"archived_at": at})
    return archive_many([account.pk], by=by, at=at)[0]


def archive_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Account]:
    """Archive many, parents together with their children; raises Refused where a child would stay."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, at, ids, by, at)]


def restore(account: Account, *, by: Actor, at: datetime, version: int | None = None) -> Account:
    """Bring an archived account back. Safe to repeat. Raises Refused for a merged one (undo the merge instead).

    Journal: customers.account.restored.
    """
    account_rows.stand_at(Account.objects.get(pk=account.pk), version, {"archived_at": None})
    return restore_many([account.pk], by=by, at=at)[0]


def restore_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Account]:
    """Bring many back."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, None, ids, by, at)]


def _shelve(
    ids: Sequence[int], archived_at: datetime | None, together: Sequence[int], by: Actor, at: datetime
) -> list[Account]:
    verb = "archived" if archived_at else "restored"
    with transaction.atomic():
        rows = Account.objects.select_for_update().in_bulk(ids)
        _refuse_shelving(rows, set(together)) if archived_at else _refuse_merged(rows)
        moved = [row for row in rows.values() if (row.archived_at is None) != (archived_at is None)]
        for row in moved:
            row.archived_at = archived_at
        account_rows.save(moved, at)
        told = _told_shelved(moved, is_gone=archived_at is not None)
        drafts = [
            journal.Draft(
                f"customers.account.{verb}",
                by,
                at,
                row.pk,
                (),
                {"name": row.name, "facts": told[row.pk]},
                version=row.version,
            )
            for row in moved
        ]
        journal.record_many(drafts)
    return [rows[pk] for pk in ids]


def _refuse_shelving(rows: Mapping[int, Account], together: set[int]) -> None:
    children = Account.objects.filter(parent__in=rows, archived_at__isnull=True).values_list("pk", flat=True)
    if set(children) - together:
        raise Refused.one(
            "parent", Text("other accounts stand below this one: move them first", "子の顧客があるため先に移動が必要")
        )


def _refuse_merged(rows: Mapping[int, Account]) -> None:
    if any(row.merged_into_id for row in rows.values()):
        raise Refused.one("merged_into", Text("merged into another: undo the merge", "統合済み: 統合を取り消す"))


def _told_shelved(rows: Sequence[Account], *, is_gone: bool) -> dict[int, list[facts.Fact]]:
    """What the lake hears of accounts that go or come back: themselves and their keys."""
    bodies = facts.of_accounts(rows)
    told = {pk: [facts.fact("account", pk, body, account=pk)] for pk, body in bodies.items()}
    for key in AccountKey.objects.filter(account__in=rows, ended_on__isnull=True).order_by("pk"):
        told[key.account_id].append(facts.of_key(key))
    if not is_gone:
        return told
    return {pk: [facts.gone(f["kind"], f["key"], account=pk) for f in each] for pk, each in told.items()}


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
