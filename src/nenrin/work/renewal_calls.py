"""The calls that stand for a term: the CSM's, the manager's, and which of them holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nenrin.work.models import RenewalCall
from nenrin.work.models.renewal import Side


@dataclass(frozen=True, slots=True)
class Standing:
    """`over`: the manager's, None where it was taken back; `last` of both sides, taken back or not."""

    call: RenewalCall | None = None
    over: RenewalCall | None = None
    last: RenewalCall | None = None
    number: int = 0

    @property
    def held(self) -> RenewalCall | None:
        """The manager's before the CSM's."""
        return self.over or self.call

    @property
    def is_since(self) -> bool:
        """Has the CSM called it again since the manager did?"""
        return self.over is not None and self.call is not None and self.call.made_at > self.over.made_at

    def of(self, side: str) -> RenewalCall | None:
        return self.over if side == Side.MANAGER else self.call


def standing(account: int, term_end: date) -> Standing:
    return latest(RenewalCall.objects.filter(account=account, term_end=term_end)).get((account, term_end), Standing())


def latest(rows: Iterable[RenewalCall]) -> dict[tuple[int, date], Standing]:
    """By account and end of term, of calls in whatever order."""
    found: dict[tuple[int, date], dict[str, RenewalCall]] = {}
    numbers: dict[tuple[int, date], int] = {}
    for row in sorted(rows, key=lambda one: (one.made_at, one.pk)):
        key = (row.account_id, row.term_end)
        found.setdefault(key, {}).update({row.side: row, "last": row})
        numbers[key] = max(numbers.get(key, 0), row.number)
    return {key: _standing(sides, numbers[key]) for key, sides in found.items()}


def _standing(sides: dict[str, RenewalCall], number: int) -> Standing:
    over = sides.get(Side.MANAGER)
    return Standing(
        sides.get(Side.CSM), None if over is None or over.is_withdrawn else over, sides.get("last"), number
    )  # fmt: skip
