"""How a subscription goes through time: it starts, its price steps, its term rolls over, it ends. No queries here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from nenrin.customers import terms
from nenrin.customers.models import Subscription
from nenrin.customers.statuses import LIVE, SubscriptionStatus

Happened = Literal["started", "repriced", "noticed", "renewed", "ended"]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A price from a day on: minor units a month, and seats. `list_minor`: before a discount that ends (0: none);
    `committed_minor`: the least of metered usage, beside the price."""

    from_on: date
    mrr_minor: int
    seats: int = 0
    list_minor: int = 0
    committed_minor: int = 0


def begin(row: Subscription, ends_on: date | None = None) -> None:
    """Put a subscription at its beginning; a first term of its own length ends on `ends_on`."""
    row.status = SubscriptionStatus.SIGNED
    row.term_from = row.starts_on
    row.renewals = 0
    anchor(row, row.starts_on, 1)
    if ends_on:
        anchor(row, ends_on, 0)


def anchor(row: Subscription, day: date, count: int) -> None:
    """Count terms from `day`; the running one is the `count`-th."""
    row.anchor_on, row.anchor_terms = day, count
    row.ends_on = terms.term_end(day, count, row.term_months)


def set_deadline(row: Subscription) -> None:
    """The notice deadline of the running term: the contract's own date if it names one, else by the notice period."""
    if not row.auto_renews:
        row.notice_deadline, row.notice_is_explicit = None, False
    elif not row.notice_is_explicit:
        row.notice_deadline = terms.notice_deadline(row.ends_on, row.notice_months, row.notice_days)


def advance(row: Subscription, steps: Sequence[Step], as_of: date) -> Iterator[tuple[date, Happened]]:
    """Let time pass until the end of `as_of`; yields after each thing that happened, the row being as of then."""
    while (event := _next(row, steps, as_of)) is not None:
        day, happened = event
        _apply(row, steps, day, happened)
        yield day, happened
    row.next_change_on = _next_change(row, steps, as_of)


#: What comes first on one day.
_ORDER: tuple[Happened, ...] = ("started", "repriced", "noticed", "ended", "renewed")


def _next(row: Subscription, steps: Sequence[Step], as_of: date) -> tuple[date, Happened] | None:
    due = [(day, happened) for day, happened in _ahead(row, steps) if day <= as_of]
    return min(due, key=lambda event: (event[0], _ORDER.index(event[1])), default=None)


def _ahead(row: Subscription, steps: Sequence[Step]) -> Iterator[tuple[date, Happened]]:
    if row.status == SubscriptionStatus.ENDED:
        return
    if row.status == SubscriptionStatus.SIGNED:
        yield (
            (row.starts_on, "started")
            if row.ended_on is None or row.ended_on > row.starts_on
            else (row.ended_on, "ended")
        )
        return
    upcoming = next((s.from_on for s in sorted(steps) if s.from_on > _priced_through(row)), None)
    if upcoming:
        yield upcoming, "repriced"
    if row.status == SubscriptionStatus.ACTIVE and row.noticed_on:
        yield row.noticed_on, "noticed"
    if row.ended_on:
        yield row.ended_on, "ended"
    if row.ended_on is None and (row.status == SubscriptionStatus.NOTICED or not row.auto_renews):
        yield row.ends_on, "ended"
    elif row.ended_on is None or row.ended_on > row.ends_on:
        yield row.ends_on, "renewed"


def _priced_through(row: Subscription) -> date:
    """The day of the step whose price the row carries (kept on the instance while time passes)."""
    return getattr(row, "_priced_on", row.starts_on)


def _apply(row: Subscription, steps: Sequence[Step], day: date, happened: Happened) -> None:
    if happened == "started":
        row.status = SubscriptionStatus.ACTIVE
        price(row, steps, day)
    elif happened == "repriced":
        price(row, steps, day)
    elif happened == "noticed":
        row.status = SubscriptionStatus.NOTICED
    elif happened == "renewed":
        row.term_from = row.ends_on
        anchor(row, row.anchor_on, row.anchor_terms + 1)
        row.renewals += 1
        row.notice_is_explicit = False
        set_deadline(row)
    else:
        row.status, row.ended_on = SubscriptionStatus.ENDED, day


def price(row: Subscription, steps: Sequence[Step], day: date) -> None:
    """Carry the price of the last step up to `day`; before the first one, the first one's."""
    ordered = sorted(steps)
    held = [step for step in ordered if step.from_on <= day] or ordered[:1]
    if held:
        row.mrr_minor, row.seats, row.committed_minor = held[-1].mrr_minor, held[-1].seats, held[-1].committed_minor
    row._priced_on = max(day, row.starts_on)  # type: ignore[attr-defined]


def _next_change(row: Subscription, steps: Sequence[Step], as_of: date) -> date | None:
    """The next day on which time alone changes the row, or what its account shows (a deadline that has passed)."""
    days = [day for day, _ in _ahead(row, steps)]
    if row.status in LIVE and row.notice_deadline and row.notice_deadline >= as_of:
        days.append(row.notice_deadline + timedelta(days=1))
    return min((day for day in days if day > as_of), default=None)


def past_terms(row: Subscription) -> list[tuple[date, date]]:
    """Terms from the first to the running one, half-open: the rings. One shorter or longer first term is kept as such."""
    ends = [row.ends_on]
    for back in range(1, row.renewals + 1):
        ends.append(terms.term_end(row.anchor_on, row.anchor_terms - back, row.term_months))
    bounds = [row.starts_on, *(day for day in reversed(ends) if day > row.starts_on)]
    return list(pairwise(bounds))
