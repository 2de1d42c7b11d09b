"""Which accounts may be one and the same (名寄せ): same corporate number, same domain, same name but for its writing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.db.models import Count, QuerySet

from nenrin.customers.models import Account, Merge
from nenrin.values import Text

Reason = Literal["corporate_number", "domain", "match_name"]

REASONS: dict[str, Text] = {
    "corporate_number": Text("same corporate number", "法人番号が一致"),
    "domain": Text("same domain", "ドメインが一致"),
    "match_name": Text("same name", "名称が一致"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two accounts, the one to keep first: the confirmed before the provisional, then the older."""

    survivor: Account
    absorbed: Account
    reason: Text


def found(accounts: QuerySet[Account], limit: int = 100) -> list[Candidate]:
    """Pairs among these standing accounts, the strongest reason first, each pair once.

    A domain shared by a parent and its child is no sign; neither are the two of an undone merge.
    """
    standing = accounts.filter(archived_at__isnull=True)
    undone = {
        frozenset(pair) for pair in Merge.objects.filter(undone_at__isnull=False).values_list("survivor", "absorbed")
    }
    pairs: dict[frozenset[int], Candidate] = {}
    for column, reason in REASONS.items():
        if len(pairs) >= limit:
            break
        for one, other in _pairs(standing, column, limit):
            ids = frozenset((one.pk, other.pk))
            if ids not in undone and not (column == "domain" and _are_kin(one, other)):
                pairs.setdefault(ids, Candidate(one, other, reason))
    return list(pairs.values())[:limit]


def _pairs(standing: QuerySet[Account], column: str, limit: int) -> list[tuple[Account, Account]]:
    shared = standing.exclude(**{column: ""}).order_by(column).values(column).annotate(n=Count("pk")).filter(n__gt=1)
    values = list(shared.values_list(column, flat=True)[:limit])
    rows = standing.filter(**{f"{column}__in": values}).order_by(column, "created_at", "pk")
    groups: dict[str, list[Account]] = {}
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return [pair for group in groups.values() for pair in pairwise(sorted(group, key=_is_provisional))]


def _is_provisional(account: Account) -> bool:
    return account.status == "provisional"


def _are_kin(one: Account, other: Account) -> bool:
    return (
        one.parent_id == other.pk
        or other.parent_id == one.pk
        or (one.parent_id is not None and one.parent_id == other.parent_id)
    )
