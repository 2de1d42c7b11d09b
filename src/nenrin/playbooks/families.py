"""The top of each account's corporate family: families are drawn, and compared, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from nenrin.customers.models import Account

HIGHEST = 20  # ancestors, more than any family has


class Related(Protocol):
    @property
    def pk(self) -> int: ...

    @property
    def parent_id(self) -> int | None: ...


def tops(accounts: Sequence[Related]) -> dict[int, int]:
    return tops_of({account.pk: account.parent_id for account in accounts})


def tops_of(accounts: Mapping[int, int | None]) -> dict[int, int]:
    """The same for ids with their parents' ids; ancestors that are not among them are asked for."""
    parents = dict(accounts)
    above = {parent for parent in parents.values() if parent}
    for _ in range(HIGHEST):
        if not (unknown := above - parents.keys()):
            break
        found = dict(Account.objects.filter(pk__in=unknown).values_list("pk", "parent_id"))
        parents |= {key: found.get(key) for key in unknown}
        above = {parent for parent in found.values() if parent}
    return {account: _top(account, parents) for account in accounts}


def _top(account: int, parents: Mapping[int, int | None]) -> int:
    for _ in range(HIGHEST):
        above = parents.get(account)
        if above is None:
            return account
        account = above
    return account
