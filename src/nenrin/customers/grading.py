"""Which tier and touch model an account has, by rule and as long as an override lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from nenrin.customers import rules
from nenrin.customers.models import Account, TierRule, TouchModel

Ordered = list[tuple[str, tuple[rules.Condition, ...]]]


@dataclass(frozen=True, slots=True)
class Grader:
    """The rules as they stand, read once for many accounts."""

    tiers: Ordered
    touch_models: Ordered

    @classmethod
    def current(cls) -> Grader:
        return cls(_ordered(TierRule.objects.all()), _ordered(TouchModel.objects.all()))

    def grade(self, account: Account, as_of: date) -> bool:
        """Put tier and touch model into `account` (unsaved); an override that has run out is dropped.

        Returns whether anything changed. The tier comes first: touch models may ask for it.
        """
        before = _grades_of(account)
        account.tier = rules.first_match(account, self.tiers)
        if account.touch_until and account.touch_until <= as_of:
            account.touch_override, account.touch_reason, account.touch_until = "", "", None
        account.touch_model = account.touch_override or rules.first_match(account, self.touch_models)
        return bool(_grades_of(account) != before)


GRADES = ("tier", "touch_model", "touch_override", "touch_reason", "touch_until")

_grades_of = attrgetter(*GRADES)


def _ordered(rows: Iterable[TierRule | TouchModel]) -> Ordered:
    return [(row.key, rules.parsed(row.conditions)) for row in rows]
