"""What a score is computed from: one row is one account on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: "Not set" among whole-number days.
NEVER = np.int64(np.iinfo(np.int64).min)


class MissingColumn(KeyError):
    """A model names a measure that the frame does not have: evaluate that measure too, or take it out of the model."""

    def __init__(self, key: str, there: list[str]) -> None:
        super().__init__(f"no column {key!r} in the frame; it has: {', '.join(sorted(there)) or 'none'}")

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Overrides:
    """What our people set by hand, by row: a band code (-1: none) or a score (NaN: none), and since which day."""

    band: NDArray[np.int8]
    score: NDArray[np.float64]
    since: NDArray[np.int64]

    @classmethod
    def none(cls, rows: int) -> Overrides:
        return cls(np.full(rows, -1, np.int8), np.full(rows, np.nan), np.full(rows, NEVER))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Overrides:
        return Overrides(self.band[rows], self.score[rows], self.since[rows])


@dataclass(frozen=True, slots=True)
class Frame:
    """Accounts by measures. `values[key]` is float with NaN for missing; `tiers` names each row's tier.

    `raised[event]` is the day (since 1970) on which a hard event in force was known, NEVER where there is none.
    """

    accounts: NDArray[np.int64]
    values: Mapping[str, NDArray[np.float64]]
    tiers: NDArray[np.str_]
    raised: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    overrides: Overrides | None = None

    def __len__(self) -> int:
        return len(self.accounts)

    def column(self, key: str) -> NDArray[np.float64]:
        try:
            return self.values[key]
        except KeyError:
            raise MissingColumn(key, list(self.values)) from None

    def set_by_hand(self) -> Overrides:
        return self.overrides or Overrides.none(len(self))

    def raised_on(self, event: str) -> NDArray[np.int64]:
        return self.raised.get(event, np.full(len(self), NEVER))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Frame:
        """Some rows, in the order asked for."""
        return Frame(
            self.accounts[rows],
            {key: values[rows] for key, values in self.values.items()},
            self.tiers[rows],
            {event: days[rows] for event, days in self.raised.items()},
            self.overrides.take(rows) if self.overrides else None,
        )
