"""How work is done here, one file for each policy; what stands at its default needs no file."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.errors import Refused
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, nothing
from nenrin.values import Text
from nenrin.work.handing import policies
from nenrin.work.models import HandoffPolicy

HANDOFFS = "handoffs"
FIELDS = ("due_days", "opens_itself")


def live() -> Mapping[str, Document]:
    now, usual = (_written(row) for row in (policies.current(), HandoffPolicy()))
    return {} if now == usual else {HANDOFFS: now}


def take(key: str, document: Document, taking: Taking) -> None:
    if key != HANDOFFS:
        raise Refused.one(key, Text(f"a policy: {HANDOFFS}", f"方針の名前: {HANDOFFS}"), key)
    told = {**_written(HandoffPolicy()), **document}
    due, opens = told["due_days"], told["opens_itself"]
    is_whole = isinstance(due, int) and not isinstance(due, bool)
    if set(told) != set(FIELDS) or not is_whole or not isinstance(opens, bool):
        expected = Text(
            "due_days (a whole number) and opens_itself (true or false)",
            "due_days（整数）とopens_itself（true・false）",
        )
        raise Refused.one(key, expected)
    policies.change(due_days=due, opens_itself=opens, by=taking.by, at=taking.at)


def retire(key: str, taking: Taking) -> None:
    """Back to the defaults."""
    if key == HANDOFFS:
        take(key, {}, taking)


def _written(row: HandoffPolicy) -> dict[str, object]:
    return {name: getattr(row, name) for name in FIELDS}


KIND = Kind("policies", Text("Policy", "運用方針"), live, take, retire, nothing, (Refused,))
