"""The order in which steps are taken: nested arms laid out as places with the place that follows each."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.playbooks.documents.playbooks import Playbook, Step

#: Where a run is when nothing is left to do.
END = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A step in the order. `number` is what people call it (the trigger is 1); `after` follows it; a step with arms goes
    to `first` or to `second`, which are `after` where an arm is empty."""

    number: int
    step: Step
    depth: int
    after: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Program:
    places: dict[str, Place]
    start: str

    def at(self, key: str) -> Place | None:
        return self.places.get(key)


def laid_out(playbook: Playbook) -> Program:
    """Every step has one place, and goes forward only: no run takes a step twice.

    >>> from nenrin.playbooks.documents.playbooks import EVERYONE
    >>> from nenrin.values import Text
    >>> inner = Step("b", "tag", {})
    >>> steps = (Step("a", "branch", {}, (inner,)), Step("c", "tag", {}))
    >>> found = laid_out(Playbook("p", Text("", ""), Text("", ""), (), steps))
    >>> [(p.number, p.step.key, p.first, p.second) for p in found.places.values()]
    [(2, 'a', 'b', 'c'), (3, 'b', 'c', 'c'), (4, 'c', '', '')]
    """
    places: dict[str, Place] = {}
    numbers = {one.key: n for n, one in enumerate(playbook.every_step, start=2)}
    _lay(playbook.steps, END, 0, numbers, places)
    ordered = dict(sorted(places.items(), key=lambda pair: pair[1].number))
    return Program(ordered, playbook.steps[0].key if playbook.steps else END)


def _lay(steps: tuple[Step, ...], after: str, depth: int, numbers: dict[str, int], places: dict[str, Place]) -> None:
    for at, one in enumerate(steps):
        following = steps[at + 1].key if at + 1 < len(steps) else after
        first = one.then[0].key if one.then else following
        second = one.otherwise[0].key if one.otherwise else following
        places[one.key] = Place(numbers[one.key], one, depth, following, first, second)
        _lay(one.then, following, depth + 1, numbers, places)
        _lay(one.otherwise, following, depth + 1, numbers, places)
