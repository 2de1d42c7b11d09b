"""Contract days counted back from today: so that a story keeps its point whenever the world is made."""

from datetime import date, timedelta

from nenrin.customers.terms import add_months, notice_deadline

TRANSFER_MONTHS = (4, 10)
# Days back: late enough that the effect has shown, early enough that it is still the news.
TRANSFER_SEEN = (45, 76)


def last_transfer(today: date) -> date:
    """Return the first of a month on which somebody was moved (人事異動), six to eleven weeks back.

    1 April or 1 October where one lies there, else the latest first of a month.
    """
    days = [today - timedelta(ago) for ago in range(TRANSFER_SEEN[0], TRANSFER_SEEN[1] + 1)]
    firsts = [day for day in days if day.day == 1]
    return next((day for day in firsts if day.month in TRANSFER_MONTHS), firsts[0])


def ends_for_deadline(deadline: date, notice_months: int) -> date:
    """Return the end of term whose notice deadline is that day, or the next there is (no 31 February)."""
    for ahead in range(120):
        end = deadline + timedelta(ahead)
        if notice_deadline(end, notice_months, 0) >= deadline:
            return end
    raise ValueError(f"no term with a notice of {notice_months} months has its deadline near {deadline}")


def start_for(ends_on: date, term_months: int, about: date) -> date:
    """Return the start, a whole number of terms before `ends_on`, that lies nearest to `about`."""
    count = max(1, round((ends_on - about).days / 30.44 / term_months))
    return add_months(ends_on, -count * term_months)


def first_of_month(day: date) -> date:
    """Return the first of a month that lies nearest: most contracts begin on one."""
    this = day.replace(day=1)
    return this if day.day <= 15 else add_months(this, 1)
