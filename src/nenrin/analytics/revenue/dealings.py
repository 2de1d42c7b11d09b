"""What goes on between an account and us beside money and answers: onboarding, contacts, users, where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np

from nenrin.analytics.revenue.groups import Mask
from nenrin.analytics.revenue.paths import NEVER, Whole
from nenrin.analytics.revenue.rows import added, placed, runs
from nenrin.analytics.revenue.voices import Tickets

#: Within so many days after a ticket or a notice a contact of ours answers it; later ones, and those before, lead.
ANSWER_DAYS = 14
UNKNOWN, ELSEWHERE, REFERRAL = -1, 0, 1
#: Users on sampled days, from `user_days` of the lake: the last day of every month up to {known}, and {known} itself.
ACTIVE = """
with sampled as (
  select account, user, day, last_day(day) as asked_on from user_days
  where last_day(day) <= date '{known}' and day > last_day(day) - 28
  union all
  select account, user, day, date '{known}' from user_days
  where day > date '{known}' - 28 and day <= date '{known}' and last_day(date '{known}') <> date '{known}'
)
select account, asked_on - date '1970-01-01' as day, count(distinct user) filter (day > asked_on - 7) as week,
       count(distinct user) as month
from sampled where account is not null group by account, asked_on
"""
Few = dict[str, tuple[Whole, Whole]]


class Projects(NamedTuple):
    """Onboardings: first day, planned end as first agreed, first value, completion and the last day on which it was
    under way (NEVER: not yet), whether it ended without the customer (1) and whether it rests (1)."""

    row: Whole
    starts: Whole
    due: Whole
    value: Whole
    done: Whole
    seen: Whole
    lost: Whole
    rests: Whole


class Touches(NamedTuple):
    """Contacts that a person had, and whether we began them (1) or they did (0)."""

    row: Whole
    day: Whole
    ours: Whole


class Notices(NamedTuple):
    """Days on which a contract was given up."""

    row: Whole
    day: Whole


class Users(NamedTuple):
    """Distinct users of the seven and of the 28 days up to a sampled day."""

    row: Whole
    day: Whole
    week: Whole
    month: Whole


class Losses(NamedTuple):
    """Customers who let go, by the day on which they decided it, and whether nobody knows why (1)."""

    row: Whole
    day: Whole
    unknown: Whole


@dataclass(frozen=True, slots=True)
class Dealings:
    """Tables by (row, day); `source` of every account: UNKNOWN, ELSEWHERE or REFERRAL."""

    projects: Projects
    touches: Touches
    notices: Notices
    users: Users
    losses: Losses
    source: Whole


T = TypeVar("T", Projects, Touches, Notices, Users, Losses)


def nothing(accounts: int) -> Dealings:
    """Nothing known."""
    none = np.zeros(0, dtype=np.int64)
    return Dealings(
        Projects(*[none] * 8), Touches(*[none] * 3), Notices(*[none] * 2), Users(*[none] * 4), Losses(*[none] * 3),
        np.full(accounts, UNKNOWN, dtype=np.int64),
    )  # fmt: skip


def told(
    of: Dealings, accounts: Whole, columns: Mapping[str, Sequence[Whole]], source: Mapping[int, int] | None = None
) -> Dealings:  # fmt: skip
    """With these tables in place of its own: columns by name, account first; `source` by account, missing: UNKNOWN."""
    tables = {name: _table(type(getattr(of, name)), accounts, given) for name, given in columns.items()}
    where = of.source if source is None else [source.get(account, UNKNOWN) for account in accounts.tolist()]
    return replace(of, **tables, source=np.array(where, dtype=np.int64))


_TABLES = ("projects", "touches", "notices", "users", "losses")


def _table(kind: type[T], accounts: Whole, columns: Sequence[Whole]) -> T:
    row, at = placed(accounts, columns[0], columns[1])
    return kind(row, *(column[at] for column in columns[1:]))


def picked(of: Dealings, rows: Whole) -> Dealings:
    """Those of these rows in this order."""
    return replace(of, **{name: _picked(getattr(of, name), rows) for name in _TABLES}, source=of.source[rows])


def _picked(table: T, rows: Whole) -> T:
    at, which = runs(table[0], rows)
    return type(table)(which, *(column[at] for column in table[1:]))


def onboarding(projects: Projects, start: int, end: int) -> Few:
    """Onboardings that were due in a period, and those completed by then; what rests uncompleted is in neither."""
    counts = (projects.due >= start) & (projects.due < end) & ((projects.rests == 0) | (projects.done < NEVER))
    in_time = (projects.done <= projects.due).astype(np.int64)
    row = projects.row[counts]
    return {"onboarding_due": added(row), "onboarding_done": added(row, in_time[counts])}


def arriving(projects: Projects, since: int, end: int) -> Few:
    """Of each account's first onboarding begun from `since` on and before `end`: the days until the first value, or as
    long as it was seen without, whether it was reached, and whether it never will be."""
    begun = np.flatnonzero((projects.starts >= since) & (projects.starts < end))
    row, first = np.unique(projects.row[begun], return_index=True)
    own = Projects(*(column[begun[first]] for column in projects))
    reached = own.value < end
    last = np.where(reached, own.value, np.minimum(own.seen, end - 1))
    lost = ~reached & (own.lost > 0) & (own.seen < end)
    days = np.maximum(last - own.starts + 1, 1)
    told = {"value_days": days, "value_reached": reached, "value_lost": lost, "value_watched": np.ones_like(row)}
    return {name: (row, values.astype(np.int64)) for name, values in told.items()}


def contacted(of: Dealings, tickets: Tickets, start: int, end: int) -> Few:
    """Contacts of a period (a person's, tickets, notices), and those of them that we began without being called."""
    touches, notices = of.touches, of.notices
    inside = (touches.day >= start) & (touches.day < end)
    ahead = (touches.ours > 0) & ~_answers(of, tickets)
    theirs = np.concatenate([
        tickets.row[(tickets.opened >= start) & (tickets.opened < end)],
        notices.row[(notices.day >= start) & (notices.day < end)],
    ])  # fmt: skip
    row = np.concatenate([touches.row[inside], theirs])
    ours = np.concatenate([ahead[inside], np.zeros(len(theirs), dtype=bool)]).astype(np.int64)
    order = np.argsort(row, kind="stable")
    return {"contacts": added(row[order]), "contacts_ahead": added(row[order], ours[order])}


def _answers(of: Dealings, tickets: Tickets) -> Mask:
    """Touches within ANSWER_DAYS after a ticket or notice of the same account, on its day too."""
    high = 2**32
    calls = np.sort(np.concatenate([tickets.row * high + tickets.opened, of.notices.row * high + of.notices.day]))
    if not len(calls):
        return np.zeros(len(of.touches.row), dtype=bool)
    key = of.touches.row * high + of.touches.day
    last = np.searchsorted(calls, key, side="right") - 1
    result: Mask = (last >= 0) & (calls[np.maximum(last, 0)] >= key - ANSWER_DAYS)
    return result


def lost(losses: Losses, start: int, end: int) -> Few:
    """Losses decided in a period, and those of them whose reason is not known."""
    inside = (losses.day >= start) & (losses.day < end)
    row = losses.row[inside]
    return {"losses": added(row), "losses_unexplained": added(row, losses.unknown[inside])}


def using(users: Users, tickets: Tickets, pays: Whole, start: int, end: int) -> Few:
    """Of accounts that pay at a period's end: users up to its last day, and who had any without opening a ticket in it."""
    at = np.flatnonzero((users.day == end - 1) & (pays[users.row] > 0))
    row = users.row[at]
    asked = tickets.row[(tickets.opened >= start) & (tickets.opened < end)]
    told = {"users_week": users.week[at], "users_month": users.month[at], "accounts_using": np.ones_like(row),
            "accounts_unaided": ~np.isin(row, asked)}  # fmt: skip
    return {name: (row, values.astype(np.int64)) for name, values in told.items()}
