"""What lies between two days of one account: parts that add up to the difference of the scores, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import raw
from nenrin.analytics.scores.records import Record, frame

#: A holiday at either end may move a clock by this much without anything having happened.
CLOCK_TOLERANCE_DAYS = 1


@dataclass(frozen=True, slots=True)
class Parts:
    """Millionths of a point; their sum is the difference of the two scores.

    - data: what customers did and said, as far as it is there on both days;
    - ageing: what the clock alone did (deadlines nearer, longer silence, answers past their time to live);
    - missing: values that went missing or came;
    - configuration: another model or version;
    - override: set or lifted by hand;
    - carried: what smoothing has not passed on yet, or still passes on from before.
    """

    data: int
    ageing: int
    missing: int
    configuration: int
    override: int
    carried: int

    @property
    def total(self) -> int:
        return sum(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True, slots=True)
class Difference:
    """`bars` are the changes of each contribution; they add up to the same total as `parts`."""

    before: Record
    after: Record
    parts: Parts
    bars: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.after.score - self.before.score


def difference(before: Record, after: Record, model: HealthModel, clocks: Mapping[str, int]) -> Difference:
    """Split the difference by walking from the earlier day to the later one under `model`, the later day's.

    `clocks` are the measures that move with time alone, in units a day (days to renewal: -1, days of silence: +1).
    The walk: model, then clock (where nothing set it anew), then presence, then values; each step's change of today's score is its part.
    """
    elapsed = after.day - before.day
    known = {key: before.values.get(key) for key in model.needs()}
    aged = {key: _aged(value, after.values.get(key), clocks.get(key, 0) * elapsed) for key, value in known.items()}
    there = _present(aged, after, model)
    steps = (
        before.today,
        _today(model, before, known),
        _today(model, before, aged),
        _today(model, before, there),
        after.today,
    )
    configuration, ageing, missing, data = (right - left for left, right in pairwise(steps))
    override = after.override - before.override
    carried = (after.score - after.override - after.today) - (before.score - before.override - before.today)
    keys = dict.fromkeys([*before.contributions, *after.contributions])
    bars = {key: after.contributions.get(key, 0) - before.contributions.get(key, 0) for key in keys}
    return Difference(before, after, Parts(data, ageing, missing, configuration, override, carried), bars)


def _aged(value: float | None, later: float | None, days: int) -> float | None:
    """What time alone made of a value. Where something happened in between, the clock was set anew: that is data.

    >>> _aged(10, 40, 30), _aged(10, 6, 30), _aged(10, None, 30)
    (40, 10, 40)
    """
    if value is None:
        return None
    was_left_alone = later is None or abs(value + days - later) <= CLOCK_TOLERANCE_DAYS
    return value + days if was_left_alone else value


def _present(aged: Mapping[str, float | None], after: Record, model: HealthModel) -> dict[str, float | None]:
    """The aged values, blank where the later day is, and the later day's where the earlier one was."""
    expires = {measure.age: measure for measure in model.measures if measure.age and measure.ttl_days}
    there: dict[str, float | None] = {}
    for key, value in aged.items():
        later = after.values.get(key)
        there[key] = later if value is None or later is None else value
        # An answer that came anew is present again: its age goes with its presence, not with its value.
        if key in expires and later is not None:
            there[key] = later
    return there


def _today(model: HealthModel, record: Record, values: Mapping[str, float | None]) -> int:
    row: Frame = frame(replace(record, values=values), model.needs())
    return int(raw(model, row).score[0])
