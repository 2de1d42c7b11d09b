"""What a risk model learns from and is asked about: one row for each account and period, known as of a stated day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Days = NDArray[np.int64]
Truth = NDArray[np.bool_]
Better = Literal["higher", "lower", "neutral"]
#: Periods looked ahead, the row's own being the first; a period is a month.
LEADS = 12
PERIOD_DAYS = 30.4375


class UnevenTable(ValueError):
    """A column has another length than the accounts: give one value for each row."""


class UnknownColumn(KeyError):
    """The model asks for a feature that these rows do not have: compute it for them, or use another model."""


class Calendar(IntEnum):
    """What the contract allows in a period: nothing (a term runs on), leaving every month, or the end of a long term."""

    BOUND = 0
    MONTHLY = 1
    RENEWAL = 2


@dataclass(frozen=True, slots=True)
class Feature:
    """One measure of every row; NaN is missing.

    `recorded` is the day (since 1970-01-01) on which the newest fact behind each value was recorded, None where that
    is not followed. `group` is the health group in whose name it is explained. `better`: what lowers the risk.
    """

    name: str
    values: Array
    recorded: Days | None = None
    group: str = ""
    better: Better = "neutral"

    def chosen(self, rows: NDArray[np.int64]) -> Feature:
        recorded = None if self.recorded is None else self.recorded[rows]
        return replace(self, values=self.values[rows], recorded=recorded)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, one row for each account and period in which it began as a customer.

    - `begins`, `ends`, `as_of`: days since 1970-01-01. Features hold what was known at the end of `as_of`, a day
      before the period begins (earlier by the days that action needs). `tenure`: days as a customer at `begins`.
    - `calendar` (rows, LEADS): a Calendar for this period and each of the following, as the contract read on `as_of`.
    - `events`: what happened in the period, by outcome ("churn" for a decision, "involuntary", "contraction",
      "expansion"); no outcomes at all for rows of which nothing is known yet. An account's rows end with its loss.
    - `mrr_minor`: minor units a month on `as_of`. `is_noticed`: notice had been given by then; nothing to learn.
    """

    account: Days
    begins: Days
    ends: Days
    as_of: Days
    tier: NDArray[np.str_]
    tenure: Days
    calendar: NDArray[np.int8]
    features: tuple[Feature, ...]
    events: Mapping[str, Truth] = field(default_factory=dict)
    mrr_minor: Days | None = None
    is_noticed: Truth | None = None

    def __post_init__(self) -> None:
        for name, column in self._columns():
            if len(column) != len(self.account):
                raise UnevenTable(f"{name} has {len(column)} rows, accounts have {len(self.account)}")

    def __len__(self) -> int:
        return len(self.account)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.features)

    @property
    def is_due(self) -> Truth:
        """Whether the account could leave in the row's own period."""
        result: Truth = self.calendar[:, 0] != Calendar.BOUND
        return result

    def feature(self, name: str) -> Feature:
        """Raises UnknownColumn."""
        for one in self.features:
            if one.name == name:
                return one
        raise UnknownColumn(name)

    def chosen(self, mask: NDArray[np.bool_] | NDArray[np.int64]) -> Table:
        """These rows alone: a mask or positions."""
        rows = np.arange(len(self), dtype=np.int64)[mask]
        return Table(
            account=self.account[rows],
            begins=self.begins[rows],
            ends=self.ends[rows],
            as_of=self.as_of[rows],
            tier=self.tier[rows],
            tenure=self.tenure[rows],
            calendar=self.calendar[rows],
            features=tuple(one.chosen(rows) for one in self.features),
            events={name: happened[rows] for name, happened in self.events.items()},
            mrr_minor=None if self.mrr_minor is None else self.mrr_minor[rows],
            is_noticed=None if self.is_noticed is None else self.is_noticed[rows],
        )

    def _columns(self) -> list[tuple[str, NDArray[np.generic]]]:
        plain = ("begins", "ends", "as_of", "tier", "tenure", "calendar")
        found: list[tuple[str, NDArray[np.generic]]] = [(name, getattr(self, name)) for name in plain]
        found += [(one.name, one.values) for one in self.features]
        found += [(f"{one.name} (recorded)", one.recorded) for one in self.features if one.recorded is not None]
        found += list(self.events.items())
        extra = (("mrr_minor", self.mrr_minor), ("is_noticed", self.is_noticed))
        return found + [(name, column) for name, column in extra if column is not None]
