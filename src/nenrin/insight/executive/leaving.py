"""Why the accounts that left in the period did: their MRR by reason, the largest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from nenrin.customers.models import Account
from nenrin.insight.revenue.statements import Change
from nenrin.values import Text

SHOWN = 5
UNKNOWN = Text("No reason given", "理由の記入なし")
OTHERS = Text("Other reasons", "その他の理由")
#: The reason of each of these accounts that has one.
Reasons = Callable[[Collection[int]], Mapping[int, Text]]


@dataclass(frozen=True, slots=True)
class Reason:
    """`mrr` lost in minor units, above zero; `share` of all that was lost; `accounts` that left for it, largest first."""

    name: Text
    mrr: int
    share: float
    accounts: tuple[int, ...]
    is_known: bool = True


def written(accounts: Collection[int]) -> dict[int, Text]:
    """As it stands on the accounts themselves."""
    rows = Account.objects.filter(pk__in=accounts).exclude(lost_reason="").values_list("pk", "lost_reason")
    return {account: Text(reason.strip(), reason.strip()) for account, reason in rows if reason.strip()}


def leaving(churned: Iterable[Change], reasons: Reasons = written) -> tuple[Reason, ...]:
    """At most five reasons, the rest in one line; who gave none stands last."""
    lost = sorted(churned, key=lambda one: (one.amount, one.account))
    told = reasons([one.account for one in lost]) if lost else {}
    by_reason: dict[Text | None, list[Change]] = defaultdict(list)
    for one in lost:
        by_reason[told.get(one.account)].append(one)
    whole = -sum(one.amount for one in lost)
    silent = by_reason.pop(None, [])
    ranked = sorted(by_reason.items(), key=lambda each: sum(one.amount for one in each[1]))
    named = [(name, some) for name, some in ranked[:SHOWN] if name is not None]
    rest = [one for _, some in ranked[SHOWN:] for one in some]
    found = [_reason(name, some, whole) for name, some in [*named, *([(OTHERS, rest)] if rest else [])]]
    return (*found, *([_reason(UNKNOWN, silent, whole, is_known=False)] if silent else []))


def _reason(name: Text, lost: list[Change], whole: int, is_known: bool = True) -> Reason:
    mrr = -sum(one.amount for one in lost)
    return Reason(name, mrr, mrr / whole if whole else 0.0, tuple(one.account for one in lost), is_known)
