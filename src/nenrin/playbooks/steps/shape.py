"""What a kind of step is: what it has to be told, what it says, and what it does in its turn.

A step acts inside the transaction that moves its run on: what it writes and that it was done are kept together, or
neither is. What leaves the house is put as a row into an outbox, under the key of (run, step).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from nenrin.analytics.conditions import Condition, Fields
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.documents.playbooks import Playbook, Step
from nenrin.playbooks.steps.keeping import Kept
from nenrin.values import Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Done:
    """The effect is made, or stands in its outbox. `note`: what it made, for the run's page ({"url", "en", "ja", ...});
    `contact`: the person whom it reaches."""

    note: Mapping[str, Any] = field(default_factory=dict)
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """There was nothing to do it to; the run goes on."""

    why: Text


@dataclass(frozen=True, slots=True)
class Hold:
    """Not yet: look again at `until` at the latest; `asks` where news of the account may end it sooner."""

    until: datetime
    why: Text
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """Which arm to take."""

    arm: Literal["then", "otherwise"]
    why: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done as things are; a person may mend that and try again."""

    why: Text


Outcome = Done | Skipped | Hold | Go | Failed


@dataclass(frozen=True, slots=True)
class Turn:
    """A run whose turn it is at one of its steps. `since`: when it came to the step; `why`: what began the run."""

    run: int
    playbook: Playbook
    row: int  # of the playbook
    owner: int | None  # who answers for the playbook
    step: Step
    account: Account
    why: Text
    since: datetime
    at: datetime
    today: date
    by: Actor
    fields: Fields
    holds: Callable[[Condition], bool]  # of the account, now
    kept: Kept = field(default_factory=Kept)  # what was read for other runs of the same pass

    @property
    def values(self) -> Values:
        return self.step.values

    @property
    def key(self) -> str:
        return key(self.run, self.step.key)


def key(run: int, step: str) -> str:
    """What an effect is known by, wherever it goes: of (run, step) there is one."""
    return f"play:{run}:{step}"


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step. `lacks`: what its values, each fine by itself, still need together (None: nothing). `arms` are the names of its two ways on; `reaches` says whom it disturbs (hours, caps); `under` is
    a second line below its sentence; `is_offered` is false where what it needs does not exist yet."""

    key: str
    name: Text
    params: tuple[Param, ...]
    says: Callable[[Values, Setting, Fields], Text]
    act: Callable[[Turn], Outcome]
    arms: tuple[Text, Text] | None = None
    reaches: Literal["", "us", "them"] = ""
    minutes: Callable[[Values], int] = lambda values: 0
    is_mail: bool = False
    under: Callable[[Values], Text] = lambda values: NOTHING
    hint: Text = NOTHING
    lacks: Callable[[Values], Text | None] = lambda values: None
