"""What the runs of one pass read of the whole team alike: read once, and counted on as each run gives somebody something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Max

from nenrin.customers import deputies, routing
from nenrin.customers.models import Account, Assignment
from nenrin.customers.routing import Router
from nenrin.customers.statuses import Phase

#: In a step's note: who did it, so that the next one's turn comes.
NOTED: Final = "member"


class Kept:
    """Of one pass, or of a run alone: the rules and who is there today; and, until the transaction ends, who has how much
    to do and how often each step meant whom."""

    def __init__(self) -> None:
        self._router: Router | None = None
        self._assigned: int | None = None
        self._times: dict[tuple[int, str], dict[int, int]] = {}

    def anew(self) -> None:
        """A transaction begins, or what a run wrote was undone: what changes is read again."""
        self._times.clear()
        if self._router is not None:
            self._router.loads.clear()

    def routed(self, today: date) -> Router:
        """The router by the rules in use today. Whoever was assigned meanwhile, by whatever step, counts in its loads."""
        if self._router is None:
            self._router = routing.in_use(away=deputies.of(today))
        newest = _newest()
        if newest != self._assigned:
            self._router.loads.clear()
            self._assigned = newest
        return self._router

    def assigned(self, account: Account, phase: Phase, before: int | None, after: int) -> None:
        """A step gave this account to somebody, in the last assignment that there is."""
        if self._router is not None and before != after:
            self._router.moved(account, phase, before, after)
            self._assigned = _newest()

    def times(self, playbook: int, step: str, read: Callable[[], Mapping[int, int]]) -> Mapping[int, int]:
        """How often a step meant whom of late, member -> times."""
        if (playbook, step) not in self._times:
            self._times[playbook, step] = dict(read())
        return self._times[playbook, step]

    def noted(self, playbook: int, step: str, note: Mapping[str, Any]) -> None:
        """A run took this step, and its note was kept."""
        told, member = self._times.get((playbook, step)), note.get(NOTED)
        if told is not None and member:
            told[member] = told.get(member, 0) + 1


def _newest() -> int | None:
    found: int | None = Assignment.objects.aggregate(newest=Max("pk"))["newest"]
    return found
