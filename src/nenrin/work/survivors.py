"""Where work for an account goes that was taken into another one meanwhile."""

from __future__ import annotations

from nenrin.customers.models import Account


def of(account: Account | None) -> Account | None:
    """The account itself, or the one that it was merged into, however often."""
    while account is not None and account.merged_into is not None:
        account = account.merged_into
    return account
