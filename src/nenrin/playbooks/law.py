"""The law of runs: enrolled = inside + asked + failed + done + exited + held out + kept out. No account gets lost.

Of each occasion that was written down there is one run, and it is in one state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Count, DateTimeField, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from nenrin.playbooks.models import Enrolment, Run, RunTally
from nenrin.playbooks.models.run import RunState

#: The parts of the law, with the states that are counted in each: every state in one.
PARTS: Final[Mapping[str, tuple[RunState, ...]]] = {
    "inside": (RunState.READY, RunState.WAITING),
    "asked": (RunState.ASKED,),
    "failed": (RunState.FAILED,),
    "done": (RunState.DONE,),
    "exited": (RunState.EXITED,),
    "held_out": (RunState.HELD_OUT,),
    "kept_out": (RunState.SKIPPED,),
}

#: Before any run.
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Law:
    """`enrolled` was written when the occasions were told; the parts are counted from the runs."""

    enrolled: int
    inside: int = 0
    asked: int = 0
    failed: int = 0
    done: int = 0
    exited: int = 0
    held_out: int = 0
    kept_out: int = 0

    @property
    def parts(self) -> Mapping[str, int]:
        return {part: getattr(self, part) for part in PARTS}

    @property
    def holds(self) -> bool:
        return self.enrolled == sum(self.parts.values())


def laws() -> dict[str, Law]:
    """Of every playbook that had an occasion, by its key. One query, so that nobody comes in between its counts; runs
    that ended on earlier days are read from their tallies.
    """
    told = Enrolment.objects.order_by().values_list("playbook__key", Value("")).annotate(n=Sum("count"))
    ended = RunTally.objects.order_by().values_list("playbook__key", "state").annotate(n=Sum("count"))
    until = Subquery(RunTally.objects.order_by("-until").values("until")[:1])
    lately = Coalesce(until, Value(NEVER), output_field=DateTimeField())
    rows = Run.objects.order_by().values_list("playbook__key", "state").annotate(n=Count("pk"))
    others = [ended, rows.filter(ended_at__isnull=True), rows.filter(ended_at__gte=lately)]
    enrolled: dict[str, int] = {}
    states: dict[str, dict[str, int]] = {}
    for key, state, n in told.union(*others, all=True):
        if state:
            counts = states.setdefault(key, {})
            counts[state] = counts.get(state, 0) + n
        else:
            enrolled[key] = n
    return {key: _law(enrolled.get(key, 0), states.get(key, {})) for key in sorted({*enrolled, *states})}


def total(found: Mapping[str, Law]) -> Law:
    """Of all of them together."""
    parts = {part: sum(getattr(one, part) for one in found.values()) for part in PARTS}
    return Law(sum(one.enrolled for one in found.values()), **parts)


def _law(enrolled: int, states: Mapping[str, int]) -> Law:
    return Law(enrolled, **{part: sum(states.get(one, 0) for one in held) for part, held in PARTS.items()})
