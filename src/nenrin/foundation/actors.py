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


SYSTEM = Actor("system", name="Nenrin")
