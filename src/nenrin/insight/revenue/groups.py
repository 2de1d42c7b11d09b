"""Logo figures by groups of companies, where the metric policy counts those as one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.rolled import LOGOS, heads, rolled
from nenrin.insight.revenue import statements
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Slice
from nenrin.insight.revenue.statements import Statement, View
from nenrin.values import Period


@dataclass(frozen=True, slots=True)
class Grouped:
    """A ledger of groups; `rows`: of the account that stands for each, in the ledger of accounts."""

    ledger: Ledger
    rows: Whole

    def slice(self, of: Slice) -> Slice:
        """A slice of accounts as one of groups: each is where the account is that stands for it."""
        return Slice(of.key, of.name, of.before[self.rows], of.after[self.rows])

    def slices(self, of: Sequence[Slice]) -> list[Slice]:
        return [self.slice(each) for each in of]


def counts_groups(ledger: Ledger, kpi: str) -> bool:
    return ledger.policy.logos == "parent" and kpi in LOGOS


def grouped(ledger: Ledger) -> Grouped:
    """The ledger's accounts by group, as parents were known on its day. Made once a ledger."""

    def made() -> Grouped:
        head = heads(ledger.book.accounts, ledger.parents)
        book = rolled(ledger.book, head, ledger.known)
        return Grouped(replace(ledger, book=book, worked_out={}), ledger.book.accounts.searchsorted(book.accounts))

    return ledger.kept(("rolled",), made)


def moved(ledger: Ledger, period: Period, view: View = "net", of: Slice | None = None) -> Statement | None:
    """The movements as if each group were one account, for its counts beside those of accounts; None where the policy counts
    accounts."""
    if ledger.policy.logos != "parent":
        return None
    by_group = grouped(ledger)
    return statements.statement(by_group.ledger, period, view, None if of is None else by_group.slice(of))
