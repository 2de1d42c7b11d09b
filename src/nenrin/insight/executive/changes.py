"""Who stands behind the period's movements: the accounts that brought and took most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.customers.models import Account
from nenrin.insight.executive.questions import Question
from nenrin.insight.revenue import statements
from nenrin.insight.revenue.statements import Change

KINDS = ("new", "expansion", "contraction", "churn")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """The largest changes of each kind, the largest first, and the names of their accounts; and everyone who left."""

    by_kind: Mapping[str, tuple[Change, ...]]
    names: Mapping[int, str]
    churned: tuple[Change, ...] = ()

    def largest(self, kind: str) -> tuple[str, Change] | None:
        """The one that weighs most, with its account's name."""
        found = [each for each in self.by_kind.get(kind, ()) if each.account in self.names]
        return (self.names[found[0].account], found[0]) if found else None


def changes(ask: Question) -> Changes:
    """As the books of the period tell it."""
    ledger, within = ask.ledger, ask.within
    told = {kind: tuple(statements.behind(ledger, ask.period, kind, "net", within)) for kind in KINDS}
    behind = {kind: some[:SHOWN] for kind, some in told.items()}
    wanted = {change.account for some in behind.values() for change in some}
    names = dict(Account.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return Changes(behind, names, told["churn"])
