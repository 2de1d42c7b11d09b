"""The baseline of the return of customer success: frozen at its first use, and whenever a new one is begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight.economics import acquiring
from nenrin.insight.lifetimes import books, starts
from nenrin.insight.lifetimes.starts import Start
from nenrin.insight.models import RoiBaseline


class NothingToFreeze(ValueError):
    """No contract with a price runs in the organisation's currency: import subscriptions first."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a simulation can begin: `today`, and the figures `then` of the baseline where there is one of this currency
    and the viewer sees all accounts."""

    today: Start
    row: RoiBaseline | None = None
    then: Start | None = None

    def start(self, from_today: bool = False) -> Start:
        return self.today if from_today or self.then is None else self.then


def beginning(as_of: date, currency: str, *, accounts: Iterable[int] | None, sees_costs: bool) -> Beginning:
    """The figures of a day of all accounts (None) or of those that a viewer may see; of all, beside the baseline's."""
    cac = acquiring.cac(as_of, currency, accounts) if sees_costs else None
    today = starts.start(books.read(as_of, accounts), currency, cac=cac)
    row = None if accounts is not None else live()
    if row is None or row.currency != currency:
        return Beginning(today)
    then = figures(row)
    return Beginning(today, row, then if sees_costs else replace(then, cac=None))


def live() -> RoiBaseline | None:
    """The baseline that holds."""
    return RoiBaseline.objects.select_related("author").first()


def figures(row: RoiBaseline) -> Start:
    return Start(**{**row.figures, "elsewhere": tuple(starts.Elsewhere(**one) for one in row.figures["elsewhere"])})


def freeze(as_of: date, currency: str, *, at: datetime) -> None:
    """Keep the figures of a day as the baseline if there is none yet and a contract with a price runs. Safe to repeat.

    Journal: insight.roi.baseline_taken.
    """
    if live() is not None:
        return
    today = _today(as_of, currency)
    if today.mrr:
        with transaction.atomic():
            _kept(1, today, as_of, currency, "", SYSTEM, at)


def take(as_of: date, currency: str, *, note: str, by: Actor, at: datetime) -> RoiBaseline:
    """A new baseline from the figures of a day; the earlier ones stay as they are.

    Raises NothingToFreeze. Journal: insight.roi.baseline_taken.
    """
    today = _today(as_of, currency)
    if not today.mrr:
        raise NothingToFreeze
    with transaction.atomic():
        last = RoiBaseline.objects.select_for_update().first()
        return _kept(last.number + 1 if last else 1, today, as_of, currency, note, by, at)


def _today(as_of: date, currency: str) -> Start:
    return starts.start(books.read(as_of), currency, cac=acquiring.cac(as_of, currency))


def _kept(number: int, of: Start, on: date, currency: str, note: str, by: Actor, at: datetime) -> RoiBaseline:
    author = by.member
    row, is_new = RoiBaseline.objects.get_or_create(
        number=number,
        defaults={"taken_on": on, "currency": currency, "figures": asdict(of), "note": note[:300], "author_id": author,
                  "taken_at": at},
    )  # fmt: skip
    if is_new:
        particulars = {"number": number, "day": on.isoformat(), "note": note[:300] or "—", "mrr": of.mrr,
                       "currency": currency}  # fmt: skip
        journal.record("insight.roi.baseline_taken", actor=by, at=at, particulars=particulars)
    return row
