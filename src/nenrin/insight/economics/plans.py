"""The plan of the balance: money and hours by month and side, and the phase that sets how they should be divided."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.economics.balance import Plan
from nenrin.analytics.economics.categories import BALANCED, SIDES, Side
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.insight.models import BudgetPhase, BudgetPlan
from nenrin.values import Money, Text

PHASES: dict[str, Text] = {"growth": Text("growth", "成長期"), "mature": Text("mature", "成熟期")}
#: Shares for existing customers that a phase starts with: our own starting points, no benchmark stands behind them.
USUAL: dict[str, float] = {"growth": 0.3, "mature": 0.5}
MOST_MINOR = 10**15
MOST_MINUTES = 60 * 1_000_000


class NoPlan(ValueError):
    """A plan is for a month and a side, with money and hours from 0 up; a phase has a share between 0 and 1."""


def put(
    month: date, side: str, *, minor: int | None, minutes: int | None, currency: str, by: Actor, at: datetime
) -> None:
    """Plan a month of one side; None leaves a part unplanned, both take the plan back. Safe to repeat. Raises NoPlan.

    Journal: insight.budget.planned; nothing where it stands so already.
    """
    _check(side, minor, minutes)
    start = month.replace(day=1)
    with transaction.atomic():
        row = BudgetPlan.objects.select_for_update().filter(month=start, side=side).first()
        stands = (row.minor, row.minutes) if row else (None, None)
        if stands == (minor, minutes):
            return
        _write(row, start, side, minor, minutes, at)
        _record(start, side, minor, minutes, currency, by, at)


def _check(side: str, minor: int | None, minutes: int | None) -> None:
    if side not in BALANCED:
        raise NoPlan(f"{side}: plan one of {', '.join(BALANCED)}")
    if not 0 <= (minor or 0) <= MOST_MINOR or not 0 <= (minutes or 0) <= MOST_MINUTES:
        raise NoPlan(f"money from 0 to {MOST_MINOR} minor units, time from 0 to {MOST_MINUTES} minutes")


def _write(
    row: BudgetPlan | None, month: date, side: str, minor: int | None, minutes: int | None, at: datetime
) -> None:  # fmt: skip
    if row is None:
        BudgetPlan.objects.create(month=month, side=side, minor=minor, minutes=minutes, changed_at=at)
    elif minor is None and minutes is None:
        row.delete()
    else:
        row.minor, row.minutes, row.version, row.changed_at = minor, minutes, row.version + 1, at
        row.save()


def _record(
    month: date, side: str, minor: int | None, minutes: int | None, currency: str, by: Actor, at: datetime
) -> None:  # fmt: skip
    name = SIDES[side]  # type: ignore[index]  # checked above
    particulars = {
        "month": f"{month:%Y-%m}", "side": side, "side_en": name.en, "side_ja": name.ja, "minor": minor, "minutes": minutes,
        "money": "—" if minor is None else f"{Money(minor, currency).major:,} {currency}",
        "hours": "—" if minutes is None else f"{minutes / 60:g}",
    }  # fmt: skip
    journal.record("insight.budget.planned", actor=by, at=at, particulars=particulars)


def phase(month: date, name: str, share: float, *, by: Actor, at: datetime) -> BudgetPhase:
    """From a month on the business is in this phase, with this share for existing customers. Raises NoPlan.

    Journal: insight.budget.phase_set.
    """
    if name not in PHASES or not 0 <= share <= 1:
        raise NoPlan(NoPlan.__doc__)
    with transaction.atomic():
        row, _ = BudgetPhase.objects.update_or_create(
            from_month=month.replace(day=1), defaults={"phase": name, "existing_share": share, "changed_at": at}
        )
        particulars = {"month": f"{row.from_month:%Y-%m}", "phase_en": PHASES[name].en, "phase_ja": PHASES[name].ja,
                       "share": f"{100 * share:g}"}  # fmt: skip
        journal.record("insight.budget.phase_set", actor=by, at=at, particulars=particulars)
    return row


def of(first: date, last: date) -> dict[tuple[date, Side], Plan]:
    """The plans of months from `first` to `last`."""
    rows = BudgetPlan.objects.filter(month__gte=first, month__lte=last)
    return {(row.month, row.side): Plan(row.minor, row.minutes) for row in rows}  # type: ignore[misc]  # a choice


def phase_at(month: date) -> BudgetPhase | None:
    """The phase live in a month; None before the first one was told."""
    return BudgetPhase.objects.filter(from_month__lte=month).first()
