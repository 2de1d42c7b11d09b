"""Keys: what other systems call our accounts. One account a key at any moment, many keys an account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from nenrin.customers import cleaning, facts
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, AccountKey
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text

Pair = tuple[str, str]
_namespace, _key = cleaning.key(80), cleaning.key(200)


class KeyTaken(Refused):
    """This key belongs to another account: move it there first, or merge the two."""


def accounts_of(pairs: Iterable[Pair]) -> dict[Pair, Account]:
    """The accounts that keys mean now."""
    rows = _rows(pairs)
    accounts = Account.objects.select_related("parent").in_bulk({row.account_id for row in rows})
    return {(row.namespace, row.key): accounts[row.account_id] for row in rows}


def ids_of(namespace: str, wanted: Iterable[str]) -> dict[str, int]:
    """Account ids by key within one namespace: the cheap form for imports and the drain."""
    found: dict[str, int] = {}
    keys = list(dict.fromkeys(wanted))
    for start in range(0, len(keys), 500):
        rows = AccountKey.objects.filter(namespace=namespace, key__in=keys[start : start + 500], ended_on__isnull=True)
        found |= dict(rows.values_list("key", "account_id"))
    return found


def standing(pairs: Iterable[Pair]) -> set[Pair]:
    """Which of these keys mean an account now."""
    by_namespace: dict[str, list[str]] = {}
    for namespace, key in pairs:
        by_namespace.setdefault(namespace, []).append(key)
    return {(namespace, key) for namespace, wanted in by_namespace.items() for key in ids_of(namespace, wanted)}


def _rows(pairs: Iterable[Pair]) -> list[AccountKey]:
    """Live rows without joins: on tables that were just filled PostgreSQL has no statistics to join them well."""
    by_namespace: dict[str, list[str]] = {}
    for namespace, key in pairs:
        by_namespace.setdefault(namespace, []).append(key)
    found: list[AccountKey] = []
    for namespace, wanted in by_namespace.items():
        for start in range(0, len(wanted), 500):
            among = Q(namespace=namespace, key__in=wanted[start : start + 500], ended_on__isnull=True)
            found += AccountKey.objects.filter(among)
    return found


def refuse_taken(pairs: Sequence[Pair], free: Collection[Pair] = ()) -> None:
    """Raise KeyTaken where a pair belongs to somebody, or stands twice in the list; `free` are known to be nobody's."""
    twice = [pair for pair, count in Counter(pairs).items() if count > 1]
    rows = _rows(pair for pair in pairs if pair not in free)
    names = dict(Account.objects.filter(pk__in={row.account_id for row in rows}).values_list("pk", "name"))
    taken = [(row.namespace, row.key, names[row.account_id]) for row in rows]
    faults = [Fault("keys", Text(f"{n}|{k} stands twice", f"{n}|{k} が重複"), [n, k]) for n, k in twice]
    faults += [
        Fault("keys", Text(f"{n}|{k} belongs to {name}", f"{n}|{k} は「{name}」のキー"), [n, k]) for n, k, name in taken
    ]
    if faults:
        raise KeyTaken(faults)


def built(account: Account, pair: Pair, since_on: date | None = None) -> AccountKey:
    """An unsaved key row; raises Refused where namespace or key do not fit."""
    try:
        namespace, key = str(_namespace(pair[0])), str(_key(pair[1]))
    except cleaning.Wrong as wrong:
        raise Refused.one("keys", wrong.text, list(pair)) from None
    return bulk.made(AccountKey, namespace=namespace, key=key, account_id=account.pk, since_on=since_on)


def add(
    account: Account, namespace: str, key: str, *, by: Actor, at: datetime, since_on: date | None = None
) -> AccountKey:
    """Let a key mean this account, as if it always had unless a day is given. Safe to repeat.

    Raises KeyTaken, Refused. Journal: customers.key.added.
    """
    row = built(account, (namespace, key), since_on)
    with transaction.atomic():
        there = AccountKey.objects.filter(namespace=row.namespace, key=row.key, ended_on__isnull=True).first()
        if there and there.account_id == account.pk:
            return there
        refuse_taken([(row.namespace, row.key)])
        row.save()
        note = {"key": str(row), "fact": facts.of_key(row)}
        journal.record("customers.key.added", actor=by, at=at, account=account.pk, particulars=note)
    return row


def remove(row: AccountKey, *, by: Actor, at: datetime) -> None:
    """Let a key mean nobody from today. Safe to repeat. Journal: customers.key.removed."""
    with transaction.atomic():
        today = organisation.today(at)
        if AccountKey.objects.filter(pk=row.pk, ended_on__isnull=True).update(ended_on=today):
            fact = facts.of_key(row)
            note = {"key": str(row), "fact": facts.gone("key", fact["key"], account=row.account_id)}
            journal.record("customers.key.removed", actor=by, at=at, account=row.account_id, particulars=note)
