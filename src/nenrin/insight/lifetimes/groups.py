"""Into which group a customer falls: by what it signed first, what it is, or a segment of today."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.models import Account
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.models import SegmentMembership

INSIDE, OUTSIDE = "in", "out"
#: Groups that the book itself tells; the others are those of today.
OF_BOOK = frozenset({"tier", "plan", "term", "all"})
COLUMNS: Mapping[str, str] = {"source": "source", "region": "region", "industry": "industry"}


def keys(book: Book, by: str, segment: int | None = None) -> Mapping[int, str]:
    """The group's key by account; whoever is missing has none (an empty key), as everybody does for "all"."""
    if by == "tier":
        return book.tiers
    if by == "plan":
        return {account: signed.plan for account, signed in book.signed.items()}
    if by == "term":
        return {account: str(signed.term_months) for account, signed in book.signed.items()}
    if by == "segment":
        inside = SegmentMembership.objects.filter(segment=segment, left_at__isnull=True)
        within = set(inside.values_list("account_id", flat=True))
        return {one.account: INSIDE if one.account in within else OUTSIDE for one in book.lives}
    if by in COLUMNS:
        return dict(Account.objects.exclude(**{COLUMNS[by]: ""}).values_list("pk", COLUMNS[by]))
    return {}
