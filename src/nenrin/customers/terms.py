"""Contract days: terms that roll over, and the last day on which a refusal to renew still counts. Pure.

Terms are half-open: `ends_on` is the first day after the term, which is the day of renewal. Terms are counted from
their anchor and never from each other, so a contract of 31 January ends on 28 February and then on 31 March again.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter.

    >>> add_months(date(2024, 1, 31), 1), add_months(date(2024, 2, 29), 12), add_months(date(2024, 2, 29), 48)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28), datetime.date(2028, 2, 29))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def term_end(anchor: date, count: int, months: int) -> date:
    """The end of the `count`-th term from the anchor.

    >>> [term_end(date(2026, 1, 31), n, 1).isoformat() for n in (1, 2, 3)]
    ['2026-02-28', '2026-03-31', '2026-04-30']
    """
    return add_months(anchor, count * months)


def terms_until(anchor: date, months: int, day: date) -> int:
    """The number of the first term from the anchor that ends after `day`; never below 1."""
    count = max(1, (day.year * 12 + day.month - anchor.year * 12 - anchor.month) // months)
    while term_end(anchor, count, months) <= day:
        count += 1
    return count


def notice_deadline(ends_on: date, months: int, days: int) -> date:
    """The last day for a notice when a whole notice period must still lie before the end.

    >>> notice_deadline(date(2027, 2, 1), 1, 0)
    datetime.date(2026, 12, 31)
    >>> notice_deadline(date(2027, 4, 1), 0, 30)
    datetime.date(2027, 3, 1)
    """
    return add_months(ends_on, -months) - timedelta(days=days + 1)
