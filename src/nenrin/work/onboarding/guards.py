"""Does the first value need this step? What a template's own waits say about it, beside what its author says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from nenrin.analytics import schedules
from nenrin.values import Text
from nenrin.work.models.onboarding import Kind
from nenrin.work.onboarding.documents import Step, network


class Flag(StrEnum):
    UNEXPLAINED = "unexplained"
    DELAYS = "delays"
    UNLINKED = "unlinked"
    ASIDE = "aside"


FLAGS: Mapping[Flag, Text] = {
    Flag.UNEXPLAINED: Text(
        "First value does not need it, and nobody said what it is for: say it, or leave the step out.",
        "最初の成功体験に不要で、目的も書かれていない。目的を書くか、ステップを削除する。",
    ),
    Flag.DELAYS: Text(
        "First value does not need it, yet has to wait for it: let it come later.",
        "最初の成功体験に不要なのに、その前提になっている。後ろへ移す。",
    ),
    Flag.UNLINKED: Text(
        "Said to be needed for first value, which does not wait for it: link it, or mark it as not needed.",
        "最初の成功体験に必要とあるが、その前提になっていない。前提に加えるか、不要とする。",
    ),
    Flag.ASIDE: Text("First value does not need it; it serves another end.", "最初の成功体験には不要。別の目的のためのステップ。"),
}  # fmt: skip
#: These ask for something to be done; the other only tells.
LOUD = frozenset({Flag.UNEXPLAINED, Flag.DELAYS, Flag.UNLINKED})


def flags(steps: Sequence[Step]) -> dict[str, Flag]:
    """The flag of each step that has one, the gravest first.

    Without a step of the kind `first_value` only what its author says can be told.
    """
    goal = next((step for step in steps if step.kind is Kind.FIRST_VALUE), None)
    before = schedules.upstream(network(steps), goal.key) if goal else frozenset[str]()
    found = {}
    for step in steps:
        if step is goal:
            continue
        flag = _unneeded(step, before) if not step.is_needed else _needed(step, before, goal)
        if flag:
            found[step.key] = flag
    return found


def _unneeded(step: Step, before: frozenset[str]) -> Flag:
    if not (step.serves.en or step.serves.ja):
        return Flag.UNEXPLAINED
    return Flag.DELAYS if step.key in before else Flag.ASIDE


def _needed(step: Step, before: frozenset[str], goal: Step | None) -> Flag | None:
    return Flag.UNLINKED if goal and step.key not in before else None
