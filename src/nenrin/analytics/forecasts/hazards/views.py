"""A table as each kind of model reads it: with or without the level behind its measures.

The numbers of the filter are learned too. So that a judgement at an earlier origin knows nothing of later months, they
are learned anew for each day from the rows that had ended by then. Outcomes are not read, so all accounts may teach them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from nenrin.analytics.forecasts.hazards import statefits, states
from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL, StateModel
from nenrin.analytics.forecasts.hazards.tables import Better, Table

#: The level beside all measures, in place of those behind which it stands, or not at all.
Way = Literal["", "beside", "instead"]


@dataclass(frozen=True, slots=True)
class Level:
    """What to look for a level behind: measures with the direction that is good. `better`: what a higher level does."""

    measures: Mapping[str, Better]
    better: Better = "higher"


@dataclass(frozen=True, slots=True)
class Views:
    """`level` None: there is nothing to look behind."""

    table: Table
    level: Level | None = None
    _states: dict[int, StateModel | None] = field(default_factory=dict)
    _tables: dict[tuple[int, Way], Table] = field(default_factory=dict)

    def state(self, known: int) -> StateModel | None:
        """What the rows teach of the level that had ended by a day; None where they teach nothing."""
        if self.level is not None and known not in self._states:
            past = self.table.chosen(self.table.ends <= known)
            self._states[known] = statefits.learned(past, self.level.measures) if len(past) else None
        return self._states.get(known)

    def at(self, known: int, way: Way) -> Table:
        """All rows, in their order, as a model reads them that was learned on a day."""
        state = self.state(known) if way else None
        if state is None:
            return self.table
        if (known, way) not in self._tables:
            self._tables[known, way] = viewed(self.table, state, way, self.level.better if self.level else "higher")
        return self._tables[known, way]


def viewed(table: Table, state: StateModel, way: Way, better: Better = "higher") -> Table:
    """Give the account's earlier rows too; then choose the rows that are asked about. Raises UnknownColumn."""
    told = states.told(table, state, better)
    kept = [one for one in table.features if way != "instead" or one.name not in state.measures]
    return replace(table, features=(*kept, told.feature(LEVEL), told.feature(USUAL)))
