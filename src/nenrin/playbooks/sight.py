"""What holds of the accounts of a round: asked once for all of them, and anew for whom an effect has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.insight import segment_fields


class Sight:
    """Conditions of one version, over the accounts whose turn it is."""

    def __init__(self, accounts: Sequence[int], fields: Fields, today: date) -> None:
        self.accounts, self.fields, self.today = tuple(accounts), fields, today
        self._seen: list[tuple[Condition, frozenset[int]]] = []
        self._changed: set[int] = set()

    def holds(self, condition: Condition, account: int) -> bool:
        """Certainly, now. Conditions are compared, not hashed: there are few."""
        if account in self._changed or account not in self.accounts:
            return account in self._asked(condition, [account])
        for known, found in self._seen:
            if known == condition:
                return account in found
        self._seen.append((condition, self._asked(condition, self.accounts)))
        return account in self._seen[-1][1]

    def changed(self, account: int) -> None:
        """An effect may have changed what holds of this one."""
        self._changed.add(account)

    def _asked(self, condition: Condition, accounts: Sequence[int]) -> frozenset[int]:
        frame = segment_fields.frame(conditions.columns(condition, self.fields), self.fields, accounts)
        found = conditions.matching(frame, condition, self.fields, self.today)
        return frozenset(int(one) for one in found.column("account").to_pylist())
