"""Which days people work in Japan, and how much of their usual self they are on each; when the vendor's people meet."""

from datetime import date, timedelta

import holidays
import numpy as np

from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.simulator.economy.population import Floats

# Monday to Sunday.
WEEKDAY_FACTORS = np.array([1.0, 1.02, 1.02, 1.0, 0.93, 0.08, 0.05])
HOLIDAY_FACTOR, YEAR_END_FACTOR, OBON_FACTOR = 0.06, 0.05, 0.6
BRIDGE_FACTOR = 0.7
MONTH_END_FACTOR, FISCAL_YEAR_END_FACTOR = 1.12, 1.2
MONTH_END_DAYS = 3


def factors(first: date, days: int) -> Floats:
    """Return each day's factor on the chance of a log-in, shape (days,), from `first` on.

    Public holidays with their substitutes and citizens' holidays come from the law's calendar; the year's end
    (12/29 to 1/3), the days between the holidays of Golden Week, and Obon (8/13 to 8/16) are custom.
    """
    calendar = holidays.country_holidays("JP", years=range(first.year, (first + timedelta(days)).year + 1))
    return np.array([_factor(first + timedelta(day), calendar) for day in range(days)])


def _factor(day: date, calendar: holidays.HolidayBase) -> float:
    weekday = float(WEEKDAY_FACTORS[day.weekday()])
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return min(weekday, YEAR_END_FACTOR)
    if day in calendar:
        return min(weekday, HOLIDAY_FACTOR)
    return weekday * _season(day) * _closing(day)


def _season(day: date) -> float:
    if (8, 13) <= (day.month, day.day) <= (8, 16):
        return OBON_FACTOR
    return BRIDGE_FACTOR if (4, 30) <= (day.month, day.day) <= (5, 2) else 1.0


def _closing(day: date) -> float:
    """Accounts are closed at the end of a month, and those of the year at the end of March."""
    if (day + timedelta(MONTH_END_DAYS)).month == day.month:
        return 1.0
    return FISCAL_YEAR_END_FACTOR if day.month == 3 else MONTH_END_FACTOR


def worked(day: date, within: int = 0) -> date:
    """So many business days from a day; 0 is the day itself where it is one, else the first after it.

    Who looks at the demo on a Sunday or a holiday finds no meetings that day, for nobody works then; the queue of what
    waits is there, and the next business day is as full as any.

    >>> worked(date(2026, 11, 22)), worked(date(2026, 11, 22), 1), worked(date(2026, 11, 22), -1)
    (datetime.date(2026, 11, 24), datetime.date(2026, 11, 25), datetime.date(2026, 11, 20))
    """
    first = day if is_business_day(day) else add_business_days(day, 1)
    return add_business_days(first, within)


def worked_by(day: date) -> date:
    """The day itself where it is a business day, else the last before it: what was done or fell due by then.

    >>> worked_by(date(2026, 11, 23)), worked_by(date(2026, 11, 20))
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 20))
    """
    return add_business_days(day + timedelta(1), -1)
