"""When a recurring task is due again: counted from the day its series began, moved to a business day."""

from __future__ import annotations

from datetime import date, timedelta

from nenrin.customers.terms import add_months
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.work.models.task import Every

#: A series that was left alone for long goes on from today: so many turns are looked through.
MOST_TURNS = 5000


def business_day(day: date) -> date:
    """The day itself, or the first business day after it.

    >>> business_day(date(2026, 11, 21)), business_day(date(2026, 11, 24))
    (datetime.date(2026, 11, 24), datetime.date(2026, 11, 24))
    """
    return day if is_business_day(day) else add_business_days(day, 1)


def nominal(first: date, every: Every, turn: int) -> date:
    """The day of a turn, business day or not; a month without that day ends earlier.

    >>> nominal(date(2026, 1, 31), Every.MONTHLY, 1), nominal(date(2026, 1, 31), Every.MONTHLY, 2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    if every is Every.WEEKLY:
        return first + timedelta(weeks=turn)
    return add_months(first, turn * (3 if every is Every.QUARTERLY else 1))


def following(first: date, every: Every, turn: int, due: date, today: date) -> tuple[int, date]:
    """The turn after this one and its business day: what fell due meanwhile is left out, so that a long pause opens
    one task and not ten.

    >>> following(date(2026, 9, 1), Every.MONTHLY, 0, date(2026, 9, 1), date(2026, 11, 24))
    (3, datetime.date(2026, 12, 1))
    """
    if every is Every.DAILY:
        return turn + 1, add_business_days(max(due, today), 1)
    for number in range(turn + 1, turn + 1 + MOST_TURNS):
        next_due = business_day(nominal(first, every, number))
        if next_due >= today and next_due > due:
            return number, next_due
    return turn + MOST_TURNS, today
