"""What the room's verbs refuse, said so that a person can put it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that was not accepted: which field (dotted below attributes), what was expected, what came."""

    field: str
    text: Text
    value: object = None


class Refused(ValueError):
    """Nothing was changed: correct the named fields and send them again."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.field}: {fault.text.en}" for fault in self.faults))

    @classmethod
    def one(cls, field: str, text: Text, value: object = None) -> Refused:
        return cls([Fault(field, text, value)])


class ParentCycle(Refused):
    """An account cannot stand above itself: choose a parent outside the named chain."""


class Conflict(ValueError):
    """Somebody else changed this in the meantime: look at both sides and save again with the newer version.

    `theirs` is what stands now, `mine` what was asked for; both for the fields in question only.
    """

    def __init__(
        self,
        subject: str,
        *,
        asked: int,
        stands: int,
        mine: Mapping[str, object],
        theirs: Mapping[str, object],
    ) -> None:
        self.subject, self.asked, self.stands = subject, asked, stands
        self.mine, self.theirs = dict(mine), dict(theirs)
        super().__init__(f"{subject} is at version {stands}, not {asked}: changed in the meantime")
