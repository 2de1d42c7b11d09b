"""Who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nenrin.foundation.models import Member


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Literal["member", "system", "source", "import"]
    key: str = ""
    name: str = ""

    @classmethod
    def of(cls, member: Member) -> Actor:
        return cls("member", str(member.pk), member.name)

    @property
    def member(self) -> int | None:
        """Primary key of the member who acts; None where no member does."""
        return int(self.key) if self.kind == "member" and self.key.isdigit() else None


SYSTEM = Actor("system", name="Nenrin")
