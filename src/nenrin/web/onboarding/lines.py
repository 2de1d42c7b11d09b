"""Projects as the list, the board and the files say them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money, Text
from nenrin.web.onboarding.common import BALLS
from nenrin.work.models import OnboardingProject
from nenrin.work.models.onboarding import STANDINGS, STATES, Standing, State

#: The mark of each standing beside its word: shape as well as colour.
MARKS = {Standing.ON_TRACK: "good", Standing.BEHIND: "watch", Standing.STUCK: "risk"}


@dataclass(frozen=True, slots=True)
class Line:
    """A project with its words; `band` is the health mark that its standing borrows ("" where it does not run)."""

    row: OnboardingProject
    standing: Text
    band: str
    phase: Text
    ball: Text
    day: int
    later: int  # calendar days by which it would end after its planned end

    @property
    def share(self) -> float:
        return self.row.steps_settled / self.row.steps_all if self.row.steps_all else 0.0


def of(rows: Iterable[OnboardingProject], today: date) -> list[Line]:
    return [_line(row, today) for row in rows]


def _line(row: OnboardingProject, today: date) -> Line:
    runs = row.state == State.RUNNING
    return Line(
        row,
        STANDINGS[Standing(row.standing)] if runs else STATES[State(row.state)],
        MARKS[Standing(row.standing)] if runs else "",
        phase_name(row, row.phase),
        BALLS.get(row.ball, Text("", "")) if runs else Text("", ""),
        row.day(today),
        max((row.forecast_on - row.due_on).days, 0) if row.is_live else 0,
    )


def phase_name(row: OnboardingProject, key: str) -> Text:
    for phase in row.phases:
        if phase["key"] == key:
            return Text(phase["name"]["en"], phase["name"]["ja"])
    return Text(key, key)


@dataclass(frozen=True, slots=True)
class Lane:
    """A phase of the board: its cards, and what stands above them."""

    key: str
    name: Text
    lines: tuple[Line, ...]
    arr: Money | None  # in the organisation's currency, of accounts with a rate
    unrated: tuple[str, ...]  # the names of those without
    middle: int | None  # median day
    stuck: int
    behind: int

    @property
    def count(self) -> int:
        return len(self.lines)


def lanes(lines: Sequence[Line], own: OwnMoney) -> list[Lane]:
    """In the order in which phases come, by how far along they are in their own templates."""
    groups: dict[str, list[Line]] = {}
    places: dict[str, list[float]] = {}
    for line in lines:
        keys = [phase["key"] for phase in line.row.phases]
        for place, key in enumerate(keys):
            places.setdefault(key, []).append(place / max(len(keys) - 1, 1))
        groups.setdefault(line.row.phase, []).append(line)
    order = sorted(groups, key=lambda key: (sum(places.get(key, [9])) / len(places.get(key, [9])), key))
    return [_lane(key, groups[key], own) for key in order]


def _lane(key: str, lines: Sequence[Line], own: OwnMoney) -> Lane:
    worst = {Standing.STUCK: 0, Standing.BEHIND: 1, Standing.ON_TRACK: 2}
    placed = sorted(lines, key=lambda line: (worst[Standing(line.row.standing)], line.row.due_on))
    accounts = {line.row.account_id: line.row.account for line in lines}.values()
    ours = [(one.mrr_minor, one.currency) for one in accounts if own.knows(one.currency)]
    running = [line for line in lines if line.row.state == State.RUNNING]
    return Lane(
        key,
        lines[0].phase,
        tuple(placed),
        Money(12 * own.sums(ours), own.currency) if ours else None,
        tuple(sorted(one.name for one in accounts if not own.knows(one.currency))),
        int(median(line.day for line in lines)) if lines else None,
        sum(line.row.standing == Standing.STUCK for line in running),
        sum(line.row.standing == Standing.BEHIND for line in running),
    )
