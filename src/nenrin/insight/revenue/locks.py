"""Closed books: a locked period shows what was known when it was closed; what became known later is an adjustment.

A later correction does not change a closed period. It stands as "prior-period adjustment" in the open period that
follows, so that begin (as closed) + adjustment + movements = end (as known now).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from nenrin.analytics.revenue.paths import Whole, number
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Organisation
from nenrin.insight.models import PeriodLock
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import slices, statements
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Slice
from nenrin.insight.revenue.statements import Change, Statement, View
from nenrin.values import Period


class CannotLock(ValueError):
    """Only whole days that are over can be closed, in their order: name a later day than the last lock's, before today."""


class LaterLock(ValueError):
    """Locks are opened in their order, the last one first."""


def lock(through: date, *, by: Actor, at: datetime) -> PeriodLock:
    """Close the books up to and with a day. Raises CannotLock. Journal: insight.period.locked."""
    today = organisation.today(at)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.current().pk)  # one after another, the first too
        last = PeriodLock.objects.first()
        if through >= today or (last and through <= last.through):
            raise CannotLock(f"{through} is not before {today}, or not after the last lock")
        row = PeriodLock.objects.create(through=through, known_on=today, author_id=by.member, locked_at=at)
        journal.record("insight.period.locked", actor=by, at=at, particulars={"through": through.isoformat()})
    return row


def unlock(through: date | None = None, *, by: Actor, at: datetime) -> None:
    """Open the books after the last lock but one again; `through`: only where the last lock is of that day, so that it is
    safe to repeat. Raises LaterLock. Journal: insight.period.unlocked."""
    with transaction.atomic():
        last = PeriodLock.objects.select_for_update().first()
        if through is not None and last is not None and through < last.through and _is_locked(through):
            raise LaterLock(f"{through} stays closed as long as {last.through} is: open that first")
        if last is not None and through in (None, last.through):
            last.delete()
            particulars = {"through": last.through.isoformat()}
            journal.record("insight.period.unlocked", actor=by, at=at, particulars=particulars)


def _is_locked(through: date) -> bool:
    return PeriodLock.objects.filter(through=through).exists()


def locks() -> list[PeriodLock]:
    return list(PeriodLock.objects.all())


def covering(day: date, known: Sequence[PeriodLock]) -> PeriodLock | None:
    """The lock that closed a day first."""
    return min((row for row in known if row.through >= day), key=lambda row: row.through, default=None)


def knowing(last: date, day: date) -> tuple[date, tuple[PeriodLock, ...]]:
    """With what was known when a period up to `last` is told, where nobody named a day of knowledge: that of its closing;
    `day` where its books are open. And the locks."""
    found = tuple(locks())
    lock = covering(last, found)
    return (lock.known_on if lock else day), found


@dataclass(frozen=True, slots=True)
class Closed:
    """The ledgers that statements of closed periods read, within the same accounts as the open one."""

    open: Ledger
    accounts: tuple[int, ...] | None
    locks: tuple[PeriodLock, ...]
    held: dict[date, Ledger] = field(default_factory=dict, repr=False, compare=False)

    def ledger(self, day: date) -> Ledger:
        """The one in which a day is told: as closed, or as known now."""
        found = covering(day, self.locks)
        if found is None or found.known_on >= self.open.known:
            return self.open
        if found.known_on not in self.held:
            self.held[found.known_on] = self._as_known(found.known_on)
        return self.held[found.known_on]

    def telling(self, period: Period) -> Ledger:
        """The one that tells a period: every figure of it, so that all agree with its statement."""
        return self.ledger(period.end - timedelta(days=1))

    def _as_known(self, day: date) -> Ledger:
        found = revenue.limited(revenue.ledger(day), self.accounts)
        return found if self.open.shows_costs else revenue.uncosted(found)


def statement(books: Closed, period: Period, view: View, by: str = "", key: str | None = None) -> Statement:
    """A period's movements as closed where it is closed, else as known now with the adjustment of what was closed before."""
    ledger, before = books.telling(period), _closed_before(books, period)
    told = statements.statement(ledger, period, view, _slice(ledger, by, key, period))
    if before is None:
        return told
    return _adjusted(told, *_begin(before, period, _slice(before, by, key, period), _uncounted(ledger, period)))


def of_slices(books: Closed, period: Period, view: View, by: str) -> list[tuple[Slice, Statement]]:
    """The same of every part that holds anyone, or held anyone when its begin was closed: together they are the whole's, but for
    segments, which may overlap."""
    ledger, before = books.telling(period), _closed_before(books, period)
    told = [(each, statements.statement(ledger, period, view, each)) for each in slices.slices(ledger, by, period)]
    if before is None:
        return told
    without, closed = _uncounted(ledger, period), {each.key: each for each in slices.slices(before, by, period)}
    known = {each.key for each, _ in told}
    gone = [slices.nobody(ledger, key, each.name) for key, each in closed.items() if key not in known]
    told += [(each, statements.statement(ledger, period, view, each)) for each in gone]
    nobody = slices.nobody(before, "")
    return [
        (each, _adjusted(one, *_begin(before, period, closed.get(each.key, nobody), without))) for each, one in told
    ]


def behind(
    books: Closed, period: Period, kind: str, view: View, by: str = "", key: str | None = None
) -> list[Change]:  # fmt: skip
    """The accounts behind one line of such a statement, of all or of a slice."""
    if kind == "adjustment":
        return adjusted(books, period, by, key)
    ledger, before = books.telling(period), _closed_before(books, period)
    if kind != "begin" or before is None:
        return statements.behind(ledger, period, kind, view, _slice(ledger, by, key, period))
    after = dict(zip(ledger.book.accounts.tolist(), ledger.moved(period).after.tolist(), strict=True))
    opening = _opening(before, period, by, key, _uncounted(ledger, period))
    out = [Change(account, paid, after.get(account, 0), paid, {}, False) for account, paid in opening.items() if paid]
    return sorted(out, key=lambda each: (-abs(each.amount), each.account))


def _closed_before(books: Closed, period: Period) -> Ledger | None:
    """The closed books that tell the eve of a period which others tell, in the same money; None where none do."""
    ledger, before = books.telling(period), books.ledger(period.start - timedelta(days=1))
    return None if before is ledger or _other_money(before, ledger) else before


def _adjusted(told: Statement, begin: int, accounts: int) -> Statement:
    return replace(told, begin=begin, accounts_begin=accounts, adjustment=told.begin - begin)


def _other_money(one: Ledger, other: Ledger) -> bool:
    """Were the books closed in another currency? Then the begin is told in today's, without an adjustment."""
    return one.policy.reporting_currency != other.policy.reporting_currency


def _uncounted(ledger: Ledger, period: Period) -> set[int]:
    """The accounts that a period leaves out, for want of an exchange rate where it opens or closes."""
    [reading] = ledger.readings([period])
    return set(ledger.book.accounts[reading.unrated].tolist())


def _begin(ledger: Ledger, period: Period, of: Slice | None, without: set[int]) -> tuple[int, int]:
    """The opening as it was closed, of the accounts that the period counts."""
    rates = _rates(ledger, period, without)
    rates = rates if of is None else rates[of.before]
    return int(rates.sum()), int((rates > 0).sum())


def _slice(ledger: Ledger, by: str, key: str | None, period: Period) -> Slice | None:
    if not by or key is None:
        return None
    return slices.at(ledger, by, slices.nobody(ledger, key), period)


def adjusted(books: Closed, period: Period, by: str = "", key: str | None = None) -> list[Change]:
    """The accounts behind a period's adjustment, of all or of a slice: what they paid before it as closed, and as known now."""
    now, closed = books.telling(period), _closed_before(books, period)
    if closed is None:
        return []
    without = _uncounted(now, period)
    old, new = (_opening(ledger, period, by, key, without) for ledger in (closed, now))
    out = [Change(a, old.get(a, 0), new.get(a, 0), new.get(a, 0) - old.get(a, 0), {}, False) for a in {*old, *new}]
    return sorted((each for each in out if each.amount), key=lambda each: (-abs(each.amount), each.account))


def _rates(ledger: Ledger, period: Period, without: set[int]) -> Whole:
    """What each account paid on the eve of a period; nothing where it does not count."""
    day, rows = period.start - timedelta(days=1), np.flatnonzero(np.isin(ledger.book.accounts, sorted(without)))
    return ledger.book.valued(day, rows).at([number(day)])[:, 0]


def _opening(ledger: Ledger, period: Period, by: str, key: str | None, without: set[int]) -> dict[int, int]:
    """What each account paid on the eve of a period; of a slice, those in it then."""
    of = _slice(ledger, by, key, period)
    rates, accounts = _rates(ledger, period, without), ledger.book.accounts
    if of is not None:
        rates, accounts = rates[of.before], accounts[of.before]
    return dict(zip(accounts.tolist(), rates.tolist(), strict=True))
