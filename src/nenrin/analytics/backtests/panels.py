"""A health model's scores on past days, beside what other rules would have said: one row an account and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How often colours changed: `flips` in so many account-days."""

    flips: int
    days: int


@dataclass(frozen=True, slots=True)
class Panel:
    """`scores[rule]` are 0 to 100, higher is healthier; `due_in` days until the account could leave (0: at any time,
    NaN: not as far as is known); `points` of the model's own `measures` (NaN: missing), and what each could give of
    the 100 (`full`); `by_hand`: an override held; `judged`: the row had a colour at all."""

    account: Ints
    day: Ints
    tier: NDArray[np.str_]
    due_in: Floats
    judged: Bits
    by_hand: Bits
    band: Codes
    scores: Mapping[str, Floats]
    measures: tuple[str, ...]
    points: Floats
    full: Floats
    steadiness: Mapping[str, Steadiness]

    def __len__(self) -> int:
        return len(self.account)

    def chosen(self, rows: Bits) -> Panel:
        return Panel(
            self.account[rows], self.day[rows], self.tier[rows], self.due_in[rows], self.judged[rows],
            self.by_hand[rows], self.band[rows], {rule: kept[rows] for rule, kept in self.scores.items()},
            self.measures, self.points[rows], self.full[rows], self.steadiness,
        )  # fmt: skip

    def to_arrays(self) -> dict[str, Any]:
        """Plain arrays, to keep a part in a file; `of_arrays` takes them back."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        steady = {rule: [one.flips, one.days] for rule, one in self.steadiness.items()}
        return (
            plain
            | {f"score {rule}": kept for rule, kept in self.scores.items()}
            | {f"steady {rule}": np.array(pair) for rule, pair in steady.items()}
            | {"measures": np.array(self.measures, dtype=str)}
        )


_PLAIN = ("account", "day", "tier", "due_in", "judged", "by_hand", "band", "points", "full")


def of_arrays(kept: Mapping[str, Any]) -> Panel:
    scores = {key.removeprefix("score "): kept[key] for key in kept if key.startswith("score ")}
    steady = {
        key.removeprefix("steady "): Steadiness(*map(int, kept[key])) for key in kept if key.startswith("steady ")
    }
    plain = {name: kept[name] for name in _PLAIN}
    return Panel(**plain, scores=scores, steadiness=steady, measures=tuple(map(str, kept["measures"])))


def joined(parts: Sequence[Panel]) -> Panel:
    """Parts of different accounts as one; at least one part, all of the same model."""
    first = parts[0]
    plain: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PLAIN}
    scores = {rule: np.concatenate([part.scores[rule] for part in parts]) for rule in first.scores}
    steadiness = {rule: _summed([part.steadiness[rule] for part in parts]) for rule in first.steadiness}
    return Panel(**plain, scores=scores, measures=first.measures, steadiness=steadiness)


def _summed(parts: Sequence[Steadiness]) -> Steadiness:
    return Steadiness(sum(one.flips for one in parts), sum(one.days for one in parts))
