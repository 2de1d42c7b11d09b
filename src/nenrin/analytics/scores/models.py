"""Health models: groups of measures with weights and curves, and the rules around them. Immutable once live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.scores.bands import Band, Bands
from nenrin.analytics.scores.curves import Curve
from nenrin.values import Text

#: The tier that stands for every tier without its own curve or typical score.
ANY = "default"


class Op(StrEnum):
    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"


_HOLDS = {Op.ABOVE: np.greater, Op.AT_LEAST: np.greater_equal, Op.BELOW: np.less, Op.AT_MOST: np.less_equal}


@dataclass(frozen=True, slots=True)
class Limit:
    """`measure op value`; a blank never holds."""

    measure: str
    op: Op
    value: float

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return np.asarray(_HOLDS[self.op](values, self.value), dtype=bool)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure in a model. `weight` is its share, relative to all the others; `curves` by tier.

    `ttl_days` with `age` (the measure that holds the value's age in days): an older value counts as missing.
    It is for answers and pulses; silence is a value of its own and never expires.
    """

    key: str
    weight: float
    curves: Mapping[str, Curve]
    ttl_days: int | None = None
    age: str | None = None

    def curve(self, tier: str) -> Curve:
        return self.curves.get(tier) or self.curves[ANY]


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    name: Text
    measures: tuple[Measure, ...]

    @property
    def weight(self) -> float:
        return sum(measure.weight for measure in self.measures)


@dataclass(frozen=True, slots=True)
class Cap:
    """While `when` holds, the score is at most `score`."""

    key: str
    name: Text
    when: Limit
    score: float


@dataclass(frozen=True, slots=True)
class HardEvent:
    """Something that decides at once, whatever the usage says: the band is no better than `band` for `days`.

    Raised as a fact, or by `when` for as long as it holds. `score` also caps the score.
    """

    key: str
    name: Text
    band: Band
    days: int
    score: float | None = None
    when: Limit | None = None


@dataclass(frozen=True, slots=True)
class HealthModel:
    """A whole model. `typical` is the score, by tier, that stands in for what is missing; frozen in the version.

    `half_life_days` is how fast the score follows (0: at once), `grace_days` how long a new customer is not judged,
    `min_coverage` the share of weight with a value below which the band is unknown. Of several models an account
    gets the first, by `position`, whose condition `applies_to` it matches (None: every account).
    """

    key: str
    name: Text
    groups: tuple[Group, ...]
    typical: Mapping[str, float] = field(default_factory=lambda: {ANY: 60.0})
    bands: Bands = field(default_factory=Bands)
    half_life_days: float = 14.0
    min_coverage: float = 0.5
    grace_days: int = 0
    caps: tuple[Cap, ...] = ()
    hard_events: tuple[HardEvent, ...] = ()
    position: int = 100
    applies_to: Mapping[str, Any] | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for group in self.groups for measure in group.measures)

    @property
    def total(self) -> float:
        return sum(group.weight for group in self.groups)

    @property
    def alpha(self) -> float:
        """The share of the way that the score goes towards today's in one day."""
        return 1.0 - 2.0 ** (-1.0 / self.half_life_days) if self.half_life_days else 1.0

    def typical_of(self, tier: str) -> float:
        return self.typical.get(tier, self.typical[ANY])

    def hard_event(self, key: str) -> HardEvent | None:
        return next((event for event in self.hard_events if event.key == key), None)

    def needs(self) -> Iterator[str]:
        """Every measure that a frame must have for this model, each once."""
        limits = [cap.when for cap in self.caps] + [event.when for event in self.hard_events if event.when]
        wanted = [measure.key for measure in self.measures]
        wanted += [measure.age for measure in self.measures if measure.age and measure.ttl_days]
        wanted += [limit.measure for limit in limits] + (["tenure_days"] if self.grace_days else [])
        yield from dict.fromkeys(wanted)
