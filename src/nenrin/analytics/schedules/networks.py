"""Steps and what each waits for: in an order that can be walked, or the circle that forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: `days` business days (at least 1) after all of `after` have ended."""

    key: str
    days: int = 1
    after: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"{self.key}: {self.days} business days; a step takes at least 1")


class Unknown(ValueError):
    """A step waits for one that is not there."""

    def __init__(self, step: str, wanted: str) -> None:
        super().__init__(f"{step} waits for {wanted}, which is not among the steps")
        self.step, self.wanted = step, wanted


class Circle(ValueError):
    """Steps wait for each other in a circle, so none of them can begin: take one of these waits away."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(" -> ".join(keys))
        self.keys = tuple(keys)


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Every step after all that it waits for, otherwise as given. Raises Unknown, Circle, or ValueError for a key twice.

    >>> [step.key for step in in_order([Step("b", 1, ("a",)), Step("a")])]
    ['a', 'b']
    """
    by_key = {step.key: step for step in steps}
    if len(by_key) < len(steps):
        twice = next(step.key for step in steps if sum(one.key == step.key for one in steps) > 1)
        raise ValueError(f"{twice}: two steps have this key")
    for step in steps:
        for wanted in step.after:
            if wanted not in by_key:
                raise Unknown(step.key, wanted)
    placed: dict[str, Step] = {}
    for step in steps:
        _place(step, by_key, placed)
    return tuple(placed.values())


def _place(first: Step, by_key: Mapping[str, Step], placed: dict[str, Step]) -> None:
    """Depth first without recursion: a chain may be as long as the list."""
    trail = [(first, iter(first.after))]
    on_trail = {first.key}
    while trail:
        step, waits = trail[-1]
        wanted = next((key for key in waits if key not in placed), None)
        if wanted is None:
            placed.setdefault(step.key, step)
            trail.pop()
            on_trail.discard(step.key)
        elif wanted in on_trail:
            keys = [one.key for one, _ in trail]
            raise Circle([*keys[keys.index(wanted) :], wanted])
        else:
            trail.append((by_key[wanted], iter(by_key[wanted].after)))
            on_trail.add(wanted)


def upstream(steps: Sequence[Step], of: str) -> frozenset[str]:
    """Everything that must have ended before the step `of` can begin, directly or through others."""
    by_key = {step.key: step for step in steps}
    found: set[str] = set()
    waiting = list(by_key[of].after) if of in by_key else []
    while waiting:
        key = waiting.pop()
        if key not in found and key in by_key:
            found.add(key)
            waiting += by_key[key].after
    return frozenset(found)
