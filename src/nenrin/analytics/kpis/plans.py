"""What an evaluation needs: components once, relations before those who read them, columns to return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nenrin.analytics.kpis.catalogue.base import EXISTING
from nenrin.analytics.kpis.measures import Component, Measure, OnOneDay, Relation

AGE = "__age"


class ClashingNames(ValueError):
    """Two components of one evaluation share a key or a value: rename one of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`columns`: name and SQL expression of each column returned after account and as_of.

    `relations`: what the components read along a grid of days; `relations_on_day`: what they read for one day.
    """

    components: tuple[Component, ...]
    relations: tuple[Relation, ...]
    relations_on_day: tuple[Relation, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def reach_days(self) -> int:
        return max(component.reach_days for component in self.components)

    @property
    def own(self) -> tuple[Component, ...]:
        """Components with an account of their own."""
        return tuple(component for component in self.components if not component.everyone)

    @property
    def shared(self) -> tuple[Component, ...]:
        return tuple(component for component in self.components if component.everyone)

    @property
    def selected(self) -> str:
        """The columns as a SELECT list over a frame that has account, as_of, day_number and every value."""
        return ", ".join(["account", "as_of", *(f'CAST({sql} AS DOUBLE) AS "{name}"' for name, sql in self.columns)])


@lru_cache(maxsize=64)
def plan(measures: tuple[Measure, ...], *, ages: bool = False) -> Plan:
    """The plan of these measures; raises `ClashingNames` where two of their components do not go together."""
    needed = {EXISTING.key: EXISTING} | {part.key: part for measure in measures for part in measure.components}
    _refuse_clashes(needed.values(), measures)
    on_day = ordered(component.day or component for component in needed.values())
    columns = tuple(_columns(measures, ages=ages))
    return Plan(tuple(needed.values()), tuple(ordered(needed.values())), tuple(on_day), columns)


def _refuse_clashes(components: Iterable[Component], measures: Sequence[Measure]) -> None:
    seen: set[str] = {"account", "as_of", "day_number"}
    for name in [value for component in components for value in component.values]:
        if name in seen:
            raise ClashingNames(f"value {name!r} appears twice: {ClashingNames.__doc__}")
        seen.add(name)
    for measure in measures:
        for component in measure.components:
            if component not in components:
                raise ClashingNames(f"component {component.key!r} has two meanings: {ClashingNames.__doc__}")


def ordered(readers: Iterable[Component | OnOneDay | Relation]) -> list[Relation]:
    """Relations in an order in which each can be built from those before it."""
    found: dict[str, Relation] = {}
    for reader in readers:
        for relation in reader.reads:
            found |= {before.name: before for before in ordered([relation])} | {relation.name: relation}
    return list(found.values())


def _columns(measures: Sequence[Measure], *, ages: bool) -> Iterator[tuple[str, str]]:
    for measure in measures:
        yield measure.key, measure.expression
        if ages and measure.age:
            yield measure.key + AGE, measure.age_expression
