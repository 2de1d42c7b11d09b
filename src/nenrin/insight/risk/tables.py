"""What a risk model learns from and is asked about: what customers decided, beside what was known before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.tables import LEADS, Calendar, Feature, Table
from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.lake import Lake
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.risk import features, outcomes
from nenrin.insight.risk.features import CHANGE, HEALTH, Features
from nenrin.insight.risk.outcomes import GREW, LEFT, SHRANK, STAYED, UNPAID, Decided, Standing

#: No more months than this are learned from: customers of long ago had another product.
MONTHS = 36
#: The contract's calendar has a part of its own in every model; tenure too.
OF_CALENDAR = ("days_to_renewal", "days_to_notice", "tenure_days")
#: Amounts whose doubling counts, not whose difference.
BY_SIZE = ("mrr", "seats_paid", "events_28d", "weekly_active_users", "days_since_activity", "days_since_touch")
EVENTS = {"churn": LEFT, "involuntary": UNPAID, "contraction": SHRANK, "expansion": GREW}
#: Those that end an account's rows: all of its MRR goes.
ENDS = ("churn", "involuntary")
#: Months before the last month of a term in which its renewal is decided, where nothing is known yet.
USUAL = (0,)
LEAST_REFUSALS = 5


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with what it was made from: the rows' features and standing, in the same order."""

    table: Table
    features: Features
    standing: Standing
    decided: Decided


def past(lake: Lake, decided: Decided) -> Rows:
    """One row for each customer and month that has ended by the ledger's day of knowledge."""
    begins = months(lake, decided)
    known = features.on(lake, [features.evening(day) for day in begins[:-1]]) if len(begins) > 1 else nothing()
    return ended(known, decided, begins)


def ended(known: Features, decided: Decided, begins: Sequence[date]) -> Rows:
    """Of each month between two begins, the customers of whom something was known on its eve."""
    standing = decided.standing(begins[:-1], begins[1:])
    place = known.find(standing.account, standing.begins - 1)
    there = place >= 0
    return joined(decided, known.taken(place[there]), standing.taken(there))


def now(lake: Lake, decided: Decided, day: date, accounts: Sequence[int] | None = None) -> Rows:
    """One row for each customer that pays at the end of a day and has given no notice; nothing is known of outcomes."""
    return open_on(features.on(lake, [day], accounts=accounts), decided, day)


def open_on(known: Features, decided: Decided, day: date) -> Rows:
    """The same of features that are there: all of this one day."""
    paying = decided.undecided(day)
    kept = np.array([int(one) in paying for one in known.account], dtype=bool)
    known = known.taken(np.flatnonzero(kept))
    begin = np.full(len(known), number(day) + 1, dtype=np.int64)
    minor = np.array([paying[int(one)] for one in known.account], dtype=np.int64)
    none = np.full(len(known), STAYED, dtype=np.int8)
    standing = Standing(known.account, begin, begin + 30, minor, none, np.zeros(len(known), dtype=np.int64))
    return joined(decided, known, standing, told=False)


def months(lake: Lake, decided: Decided) -> list[date]:
    """Begins of the months to learn from, ascending, and the end of the last.

    Whoever had left before we began to look is in no list, so the months before look too good: they begin with the
    first use or the first loss that is known.
    """
    last = (decided.ledger.known + timedelta(1)).replace(day=1)
    seen = [date(1970, 1, 1) + timedelta(one.day) for one in decided.decisions[:1]]
    used = features.first_use(lake)
    begun = min([*seen, *([used] if used else [])], default=None)
    return outcomes.grid(begun, last)[-(MONTHS + 1) :] if begun else []


def nothing() -> Features:
    none = np.zeros(0, dtype=np.int64)
    values = {key: np.zeros(0) for key in (*MEASURES, HEALTH, CHANGE)}
    return Features(none, none, values, np.zeros(0, dtype=object), none)


def joined(decided: Decided, known: Features, standing: Standing, *, told: bool = True) -> Rows:
    """Rows of features beside rows of standing; each value carries the day at whose end it was believed."""
    events = {name: standing.outcome == code for name, code in EVENTS.items()} if told else {}
    table = Table(
        account=standing.account, begins=standing.begins, ends=standing.ends, as_of=standing.begins - 1,
        tier=known.tier.astype(str), tenure=_tenure(decided.ledger, known, standing), calendar=calendar(known, standing, window(decided)),
        features=tuple(_feature(key, column, known.day) for key, column in known.values.items() if key not in OF_CALENDAR),
        events=events, mrr_minor=standing.minor,
    )  # fmt: skip
    return Rows(table, known, standing, decided)


def _feature(key: str, column: NDArray[np.float64], believed: Whole) -> Feature:
    measure = MEASURES.get(key)
    if measure is None:
        return Feature(key, column, believed, group="health", better="higher")
    values = np.log1p(np.maximum(column, 0)) if key in BY_SIZE else column
    return Feature(key, values, believed, group=measure.group, better=measure.direction)


def _tenure(ledger: Ledger, known: Features, standing: Standing) -> Whole:
    """Days as a customer, as stated; else since it first paid."""
    first = dict(zip(ledger.book.accounts.tolist(), ledger.book.line.first_paid().tolist(), strict=True))
    since = np.array(
        [first.get(one, begin) for one, begin in zip(standing.account.tolist(), standing.begins.tolist(), strict=True)]
    )
    told = known.values["tenure_days"] if len(known) else np.zeros(0)
    result: Whole = np.where(np.isnan(told), standing.begins - since, np.nan_to_num(told)).astype(np.int64)
    return np.maximum(result, 0)


def calendar(known: Features, standing: Standing, decides: Sequence[int]) -> NDArray[np.int8]:
    """What the contract allows in the row's own month and the following ones, as it read the evening before.

    A row's months begin on its own first day: with the calendar's where that is the first of one. Who can leave every
    month can do so in each; the renewal of a longer term is decided some months (`decides`) before the month of its last
    day.
    """
    found = np.full((len(standing), LEADS), Calendar.BOUND, dtype=np.int8)
    found[known.term <= 1] = Calendar.MONTHLY
    own = _month(standing.begins)
    left = known.values["days_to_renewal"]
    term = np.maximum(known.term, 1)
    long = (known.term > 1) & ~np.isnan(left)
    ends = known.day + np.nan_to_num(left).astype(np.int64) - 1
    last = _month(ends) - (_into(ends) < _into(standing.begins))
    for lead in range(LEADS):
        for before in decides:
            away = own + lead + before - last
            found[long & (away >= 0) & (away % term == 0), lead] = Calendar.RENEWAL
    return found


def as_of(rows: Rows, day: int) -> Table:
    """The table with the calendar as the refusals before `day` taught it; later ones were not known yet."""
    return replace(rows.table, calendar=calendar(rows.features, rows.standing, window(rows.decided, day)))


def _month(day: Whole) -> Whole:
    """Months since 1970 of days since 1970."""
    dates = np.asarray(day, dtype="datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64)


def _into(day: Whole) -> Whole:
    """Days since the first of each one's month."""
    dates = np.asarray(day, dtype="datetime64[D]")
    found: Whole = (dates - dates.astype("datetime64[M]")).astype(np.int64)
    return found


def window(decided: Decided, before: int | None = None) -> tuple[int, ...]:
    """How many months before the last month of a term its renewal was refused: those that hold nine in ten refusals.

    `before`: of decisions before that day alone.
    """
    willing = [one for one in decided.decisions if not one.is_unwilling and one.ends - one.day > 0]
    ends = [(one.day, one.ends) for one in willing if before is None or one.day < before]
    if len(ends) < LEAST_REFUSALS:
        return USUAL
    day, end = np.array(ends, dtype=np.int64).T
    counted: Mapping[int, int] = Counter((_month(end - 1) - _month(day)).tolist())
    kept, held = [], 0
    for before, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        kept.append(before)
        held += count
        if held >= 0.9 * len(ends):
            break
    return tuple(sorted(min(before, LEADS) for before in kept))
