"""Accounts above accounts, without circles."""

from __future__ import annotations

from nenrin.customers.errors import Fault, ParentCycle
from nenrin.customers.models import Account
from nenrin.values import Text


def refuse_cycle(account: Account, parent: Account | None) -> None:
    """Raise ParentCycle, naming the chain, where `parent` stands below `account` or is the account itself."""
    chain = [account.name]
    above = parent
    while above is not None:
        chain.append(above.name)
        if above.pk == account.pk:
            named = " → ".join(chain)
            text = Text(f"would stand above itself: {named}", f"親子関係が循環: {named}")
            raise ParentCycle([Fault("parent", text, parent.name if parent else None)])
        # Read afresh: another change of the same transaction may have moved it.
        above = Account.objects.filter(pk=above.parent_id).first() if above.parent_id else None


def above(account: Account) -> list[Account]:
    """The chain above, nearest first."""
    chain: list[Account] = []
    current = account.parent
    while current is not None:
        chain.append(current)
        current = current.parent
    return chain
