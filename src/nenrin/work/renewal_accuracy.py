"""How good forecasts of renewals were: by person and by model, from the checkpoints whose term is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from nenrin.work.models import RenewalCheckpoint
from nenrin.work.models.renewal import Outcome

#: Fewer outcomes say nothing of whoever foretold them.
LEAST: Final = 10
MODEL: Final = ""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`brier`: mean square of probability minus what came (0 best); `hit`: share on the right side of one half. Both are
    None below LEAST outcomes."""

    name: str
    count: int
    brier: float | None
    hit: float | None


def of(rows: Iterable[RenewalCheckpoint], days: int) -> list[Accuracy]:
    """The model first (its name is empty), then people by name, at the checkpoints of so many days. `rows` with call and
    author."""
    model: list[tuple[float, bool]] = []
    people: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in rows:
        if row.days != days or not row.outcome:
            continue
        stayed = row.outcome != Outcome.LOST
        if row.probability_of_model is not None:
            model.append((row.probability_of_model, stayed))
        if row.called_probability is not None and row.call and row.call.author:
            people[row.call.author.name].append((row.called_probability, stayed))
    return [scored(MODEL, model), *(scored(name, people[name]) for name in sorted(people))]


def scored(name: str, pairs: Sequence[tuple[float, bool]]) -> Accuracy:
    """
    >>> scored("a", [(0.9, True)] * 9 + [(0.9, False)])
    Accuracy(name='a', count=10, brier=0.09, hit=0.9)
    """
    count = len(pairs)
    if count < LEAST:
        return Accuracy(name, count, None, None)
    brier = sum((p - came) ** 2 for p, came in pairs) / count
    return Accuracy(name, count, round(brier, 6), sum((p >= 0.5) == came for p, came in pairs) / count)
