"""What every slogan is told by, and how its result moves with each input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nenrin.analytics.roi.companies import INPUTS, Company, Unit
from nenrin.values import Text

STEP = 0.20


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand the slogan, on this company. `change` is after / before - 1 where that is what counts."""

    says: Text
    before: float | None
    after: float
    unit: Unit

    @property
    def change(self) -> float | None:
        return None if not self.before else self.after / self.before - 1


@dataclass(frozen=True, slots=True)
class Path:
    """The same figure by month without and with the change, months 1..n; money in minor units."""

    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """The slogan's money with one input a fifth lower and a fifth higher."""

    key: str
    low: float
    high: float

    @property
    def swing(self) -> float:
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a slogan is computed. `effect` is its money in minor units, over the time that `over` names; `yearly` the
    gross profit of one year that pays for people."""

    key: str
    slogan: Text
    source: Text
    holds: Text
    assumptions: tuple[Text, ...]
    formula: str
    over: Text
    moved_by: tuple[str, ...]
    effect: Callable[[Company], float]
    yearly: Callable[[Company], float]
    readings: Callable[[Company], tuple[Reading, ...]]
    path: Callable[[Company], Path]
    sides: tuple[Text, Text] = (Text("as today", "現状"), Text("with the change", "改善後"))  # what is compared


@dataclass(frozen=True, slots=True)
class Claim:
    """A slogan on one company. `headcount` is how many CSMs the effect of one year pays for; more than that and it
    does not pay."""

    recipe: Recipe
    effect: float
    readings: tuple[Reading, ...]
    path: Path
    tornado: tuple[Bar, ...]
    headcount: float


def tell(recipe: Recipe, company: Company) -> Claim:
    return Claim(
        recipe,
        recipe.effect(company),
        recipe.readings(company),
        recipe.path(company),
        tornado(recipe, company),
        recipe.yearly(company) / company.csm_cost,
    )


def tornado(recipe: Recipe, company: Company) -> tuple[Bar, ...]:
    """Each input a fifth lower and higher, the others as they are (within the input's room); the widest first."""
    bars = []
    for key in recipe.moved_by:
        low, high = (recipe.effect(_moved(company, key, 1 + sign * STEP)) for sign in (-1, 1))
        bars.append(Bar(key, low, high))
    return tuple(sorted(bars, key=lambda bar: -bar.swing))


def _moved(company: Company, key: str, times: float) -> Company:
    one = INPUTS[key]
    return company.with_(key, min(max(getattr(company, key) * times, one.low), one.high))


def path(before: object, after: object) -> Path:
    """From two rows of numbers."""
    return Path(*(tuple(float(v) for v in row) for row in (before, after)))  # type: ignore[attr-defined]
