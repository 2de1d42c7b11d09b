"""The steps of a task, each with a number that stays while the words change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nenrin.customers.errors import Refused
from nenrin.values import Text

MOST_STEPS = 50
LONGEST_STEP = 300
Step = dict[str, Any]  # {"id": 1, "words": "...", "is_done": False}


def built(words: Sequence[str | Mapping[str, Any]], before: Sequence[Step] = ()) -> list[Step]:
    """Steps from words, in their order; a step whose words stood before keeps its number and its tick. Raises Refused."""
    wanted = [_words(each) for each in words]
    wanted = [each for each in wanted if each]
    if len(wanted) > MOST_STEPS or any(len(each) > LONGEST_STEP for each in wanted):
        text = Text(
            f"at most {MOST_STEPS} steps of {LONGEST_STEP} characters",
            f"{MOST_STEPS}項目まで、各{LONGEST_STEP}文字以内",
        )
        raise Refused.one("checklist", text, len(wanted))
    left = [dict(step) for step in before]
    highest = max((int(step["id"]) for step in left), default=0)
    made: list[Step] = []
    for each in wanted:
        known = next((step for step in left if step["words"] == each), None)
        if known is not None:
            left.remove(known)
        else:
            highest += 1
        made.append(known or {"id": highest, "words": each, "is_done": False})
    return made


def _words(each: str | Mapping[str, Any]) -> str:
    return str(each.get("words", "") if isinstance(each, Mapping) else each).strip()


def ticked(steps: Sequence[Step], number: int, is_done: bool) -> tuple[list[Step], Step]:
    """The steps with one ticked or not, and that one. Raises Refused where there is no such step."""
    made = [dict(step) for step in steps]
    found = next((step for step in made if step["id"] == number), None)
    if found is None:
        raise Refused.one("checklist", Text("no such step", "項目が見つからない"), number)
    found["is_done"] = is_done
    return made, found
