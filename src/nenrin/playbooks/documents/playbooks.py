"""A playbook's version as one frozen value: when, for whom, what in which order, until when, and within which limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from nenrin.analytics.conditions import All, Condition
from nenrin.playbooks.documents.params import Values
from nenrin.values import Text

EVERYONE: Condition = All(())
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What lets an account in: a kind and its fields."""

    kind: str
    values: Values


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `key` stays its own through versions; a branch or a wait has two arms, which join again after it."""

    key: str
    kind: str
    values: Values
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """When `condition` holds, the run is done, wherever it stands; given up after `within_days` (0: never)."""

    name: Text
    condition: Condition
    within_days: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """May an account come in a second time? `after_days` counts from the end of its last run; None: never."""

    after_days: int | None = 90


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits; 0: none. Runs begun an hour; runs of an account in 365 days; mails of a contact in 7 days; effects a run."""

    per_hour: int = 200
    per_account: int = 0
    per_contact: int = 2
    per_run: int = 30


@dataclass(frozen=True, slots=True)
class Hours:
    """Wall-clock hours of the organisation in which anybody is reached: from `first` up to and without `last`."""

    first: int = 9
    last: int = 18
    business_days: bool = True


@dataclass(frozen=True, slots=True)
class Holdout:
    """The share of accounts left alone to measure the effect on `metric`; `never` are accounts that always get help.

    `contractual`: what it tells customers is owed to them by law or contract, so nobody misses it for a comparison.
    """

    share: float = 0.0
    metric: str = ""
    never: Condition | None = None
    contractual: bool = False


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the playbook should change: `measure` by `expected` (in its own unit), to be looked at on `review_on`."""

    measure: str = ""
    expected: float | None = None
    review_on: date | None = None
    words: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds a playbook back. `approval_above`: more accounts than this at once wait for a person (0: never)."""

    again: Again = Again()
    caps: Caps = Caps()
    hours: Hours = Hours()
    approval_above: int = 50
    cool_down_days: int = 0


@dataclass(frozen=True, slots=True)
class Playbook:
    """All that a version says. `with_standing`: whoever meets a trigger at publication comes in too; `lost_too`: accounts
    that have left are let in and stay in (win-back); `play`: the suggestion of My day that it carries out, which its effect is told with."""

    key: str
    name: Text
    purpose: Text
    triggers: tuple[Trigger, ...]
    steps: tuple[Step, ...]
    audience: Condition = EVERYONE
    excluded: Condition | None = None
    exit_when: Condition | None = None
    goal: Goal | None = None
    limits: Limits = Limits()
    holdout: Holdout = Holdout()
    hypothesis: Hypothesis = field(default_factory=Hypothesis)
    with_standing: bool = False
    lost_too: bool = False
    play: str = ""

    @property
    def every_step(self) -> tuple[Step, ...]:
        """In reading order: a branch, its first arm, its second."""
        return tuple(walked(self.steps))

    def step(self, key: str) -> Step | None:
        return next((one for one in walked(self.steps) if one.key == key), None)


def walked(steps: tuple[Step, ...]) -> Iterator[Step]:
    for one in steps:
        yield one
        yield from walked(one.then)
        yield from walked(one.otherwise)
