"""What a forecast of months ahead is made of: account by account, its probability and the MRR expected to move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nenrin.foundation import bulk
from nenrin.insight.risk import learning, lists


@dataclass(frozen=True, slots=True)
class Each:
    """`p`: that it happens in the month, or within the year; `amount` in minor units, of `minor` a month."""

    account: int
    p: float
    minor: int
    amount: float


def ahead(event: str, accounts: Iterable[int] | None = None, month: int | None = None) -> list[Each]:
    """By the month's place among those ahead (None: the twelve together), the largest amount first: they add up to what
    the forecast tells."""
    rows = lists.told(event)
    if accounts is not None:
        rows = rows.filter(account__in=bulk.among(list(accounts)))
    told = rows.values_list("account_id", "months", "horizons", "minor")
    return _ranked(
        event, ((row[0], row[2][-1][1] if month is None else row[1][month], row[3]) for row in told)
    )  # fmt: skip


def said(event: str, day: date, accounts: Iterable[int] | None = None) -> list[Each]:
    """What was said, or would have been, at the end of a day of the month that began then."""
    rows = lists.said(event, day)
    if accounts is not None:
        rows = rows.filter(account__in=bulk.among(list(accounts)))
    return _ranked(event, ((row[0], row[1][0], row[2]) for row in rows.values_list("account_id", "months", "minor")))


def says_probabilities(event: str, day: date | None = None) -> bool:
    """Whether the model in use, or the one that spoke at the end of a day, does more than rank: else what is expected of an
    account is its part of the sum, and no probability of its own stands beside it."""
    row = None if day is None else lists.said(event, day).select_related("version").defer("version__document").first()
    version = row.version if row else learning.in_use(event)
    return version is not None and version.state != "ranking" and bool(version.card.get("shows_probability"))


def _ranked(event: str, told: Iterable[tuple[int, float, int]]) -> list[Each]:
    version = learning.in_use(event)
    share = float(version.card.get("share", 1.0)) if version else 1.0
    found = [Each(account, float(p), minor, float(p) * share * minor) for account, p, minor in told]
    return sorted(found, key=lambda one: (-one.amount, one.account))
