"""The critical path method: the earliest days on which steps can begin and end, and how far each may slip.

Kelley & Walker 1959. Days are business days; a step's last day is followed by the first of those that wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from nenrin.analytics.schedules.calendars import Days
from nenrin.analytics.schedules.networks import Step, in_order


@dataclass(frozen=True, slots=True)
class Standing:
    """What has happened to steps so far: the day on which each ended or was begun, and days before which one must not
    begin. `today` is the first day on which anything still open can be worked on (None: nothing has begun)."""

    ended: Mapping[str, date] = field(default_factory=dict)
    begun: Mapping[str, date] = field(default_factory=dict)
    not_before: Mapping[str, date] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A step's first and last day; `slack` business days by which it may slip before the end does."""

    key: str
    start: date
    due: date
    slack: int
    is_ended: bool = False

    @property
    def is_critical(self) -> bool:
        return self.slack == 0 and not self.is_ended


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step in an order that can be walked; `ends_on` is the last day of the last."""

    steps: tuple[Placed, ...]
    ends_on: date
    business_days: int

    def __getitem__(self, key: str) -> Placed:
        found = next((step for step in self.steps if step.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    @property
    def critical(self) -> tuple[str, ...]:
        return tuple(step.key for step in self.steps if step.is_critical)


def plan(steps: Sequence[Step], days: Days, standing: Standing | None = None) -> Plan:
    """Place every step as early as it can be. Raises networks.Unknown and networks.Circle.

    Assumptions: nobody waits for people, only for steps; what has begun goes on; an open step ends today at the
    earliest. Ended steps stay where they ended, also where one that they waited for is still open.

    >>> made = plan([Step("a", 2), Step("b", 1, ("a",))], Days(date(2026, 5, 7), lambda day: day.weekday() < 5))
    >>> [(one.key, one.start.day, one.due.day, one.slack) for one in made.steps]
    [('a', 7, 8, 0), ('b', 11, 11, 0)]
    """
    known = standing or Standing()
    ordered = in_order(steps)
    spans: dict[str, tuple[int, int]] = {}
    for step in ordered:
        spans[step.key] = _span(step, days, known, spans)
    last = max((end for _, end in spans.values()), default=1)
    late = _latest(ordered, spans, last, known)
    placed = tuple(
        Placed(step.key, days[spans[step.key][0]], days[spans[step.key][1] - 1], late[step.key] - spans[step.key][1],
               step.key in known.ended)
        for step in ordered
    )  # fmt: skip
    return Plan(placed, days[last - 1], last)


def _span(step: Step, days: Days, known: Standing, spans: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """First business day and the one after the last, as numbers."""
    if step.key in known.ended:
        end = max(days.number(known.ended[step.key]), 0) + 1
        begun = days.ahead(known.begun[step.key]) if step.key in known.begun else end - step.days
        return max(min(begun, end - 1), 0), end
    now = days.ahead(known.today) if known.today else 0
    if step.key in known.begun:
        first = days.ahead(known.begun[step.key])
        return first, max(first + step.days, now + 1)
    ready = max((spans[key][1] for key in step.after), default=0)
    floor = days.ahead(known.not_before[step.key]) if step.key in known.not_before else 0
    first = max(ready, floor, now)
    return first, first + step.days


def _latest(
    ordered: Sequence[Step], spans: Mapping[str, tuple[int, int]], last: int, known: Standing
) -> dict[str, int]:
    """The latest end of each that leaves the last day where it is. What has begun or ended asks nothing more of what
    it waited for."""
    late = dict.fromkeys(spans, last)
    for step in reversed(ordered):
        start, end = spans[step.key]
        if step.key in known.ended:
            late[step.key] = end
        elif step.key not in known.begun:
            for key in step.after:
                late[key] = min(late[key], late[step.key] - (end - start))
    return late
