"""What the contracts say for the simulator: its starting point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from nenrin.insight.lifetimes.books import Book


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Running accounts in another currency: how many, and their MRR in its minor units."""

    currency: str
    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Start:
    """What the contracts say for the simulator, in minor units: MRR now; of the customers of a year ago, MRR lost
    since (`lost_mrr`) and by the month that they still paid (`churn`; None without customers of a year ago); MRR won
    a month since. `elsewhere`: who is in none of it, by currency."""

    mrr: int
    accounts: int
    churn: float | None
    lost_mrr: int
    new_mrr: int
    cac: float | None = None  # minor units; None where no costs are known
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def arpa(self) -> float:
        return self.mrr / self.accounts if self.accounts else 0.0


def start(book: Book, currency: str, *, cac: float | None = None) -> Start:
    """From whole accounts only: expansions and contractions are neither won nor lost here. `cac` as costs tell it."""
    return replace(book.kept(("start", currency), lambda: _start(book, currency)), cac=cac)


def _start(book: Book, currency: str) -> Start:
    own = [one for one in book.lives if one.currency == currency]
    since = book.as_of - timedelta(days=365)
    running = [one for one in own if one.is_running]
    stood = [one for one in own if one.starts_on <= since and (one.ended_on is None or one.ended_on > since)]
    paid = sum(one.mrr_minor * _months(since, one.ended_on or book.as_of) for one in stood)
    gone = sum(one.mrr_minor for one in stood if not one.is_running)
    new = sum(one.mrr_minor for one in own if one.starts_on > since)
    mrr = sum(one.mrr_minor for one in running)
    return Start(
        mrr, len(running), gone / paid if paid else None, gone, new // 12, elsewhere=_elsewhere(book, currency)
    )


def _elsewhere(book: Book, currency: str) -> tuple[Elsewhere, ...]:
    """The largest first."""
    mrr: dict[str, list[int]] = {}
    for one in book.lives:
        if one.currency != currency and one.is_running:
            mrr.setdefault(one.currency, []).append(one.mrr_minor)
    found = [Elsewhere(each, len(amounts), sum(amounts)) for each, amounts in mrr.items()]
    return tuple(sorted(found, key=lambda one: (-one.accounts, one.currency)))


def _months(since: date, until: date) -> float:
    return (until - since).days / 365 * 12
