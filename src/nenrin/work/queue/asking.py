"""A member's day: what their accounts ask for, without what they have answered already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nenrin.foundation.models import Member, Organisation
from nenrin.work.models.queue import Answered, QueueAnswer
from nenrin.work.queue import measured, portfolio, rows, signals, sources
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.rows import Cut, Row


@dataclass(frozen=True, slots=True)
class Day:
    """`capacity`: the member's minutes for accounts on this day, `busy` of which meetings take. `answered`: reasons kept
    away by an answer that still holds."""

    on: date
    portfolio: Portfolio
    cut: Cut
    capacity: int
    busy: int
    answered: int

    @property
    def minutes(self) -> int:
        """Of the rows that the day holds."""
        return self.cut.minutes

    @property
    def free(self) -> int:
        return max(self.capacity - self.busy, 0)


def my_day(member: Member, on: date, at: datetime, org: Organisation, *, busy: int = 0) -> Day:
    """Nine queries at any number of accounts. `busy`: minutes of the day that meetings take."""
    held = portfolio.of(member, on, at, org)
    found = measured.told(sources.reasons(held))
    kept = _unanswered(found, held)
    cut = rows.cut(rows.folded(kept, held), max(held.minutes_a_day - busy, 0))
    return Day(on, held, cut, held.minutes_a_day, busy, len(found) - len(kept))


def of_account(member: Member, account: int, on: date, at: datetime, org: Organisation) -> Row | None:
    """One account's row, whatever the day holds; None where nothing is asked, or it is not of the member's day."""
    held = portfolio.of(member, on, at, org, only=[account])
    found = rows.folded(_unanswered(measured.told(sources.reasons(held)), held), held)
    return found[0] if found else None


def _unanswered(reasons: Iterable[Reason], held: Portfolio) -> list[Reason]:
    """Without those that were answered on the same facts."""
    wanted = list(reasons)
    if not wanted:
        return []
    answered = {(one.account, *one.words.split("|", 1), one.name) for one in signals.of(held, "answered")}
    return [one for one in wanted if (one.account, one.code, one.subject, one.fingerprint) not in answered]


def put_off(member: Member, on: date, most: int = 100) -> Sequence[QueueAnswer]:
    """What a member put off or away, the last answer first: to look at, and to take back."""
    states = (Answered.SNOOZED, Answered.DISMISSED)
    rows_ = QueueAnswer.objects.holding(on).filter(member=member, state__in=states, account__archived_at__isnull=True)
    return list(rows_.select_related("account", "receiver").order_by("-at", "-pk")[:most])
