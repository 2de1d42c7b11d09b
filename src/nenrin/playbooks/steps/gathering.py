"""Slack from a step: the first run is told at once; runs that follow within minutes are gathered into one message.

A run's line is part of a message and of the run's own step in one transaction: each line stands in exactly one message,
and a message that was tried once is not touched any more, so that no line is told in two. The message keeps the lines that
it shows and the count of all, so that one run more costs the same however many came before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nenrin.foundation import organisation
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.webhooks import deliveries
from nenrin.playbooks.steps import times
from nenrin.playbooks.steps.shape import Turn
from nenrin.values import Text

EVENT: Final = "playbooks.step.reached"
#: Runs within so long after a message are gathered into the next one, which goes out after as long, or when the hours begin.
GATHER: Final = timedelta(minutes=5)
#: A message this near to its time is left alone: clocks of two machines differ.
NEAR: Final = timedelta(seconds=5)
#: Lines of a message; the others are counted.
LINES: Final = 20


def is_for_people(turn: Turn) -> bool:
    """A channel that is read, not a program that wants each run by itself."""
    return WebhookEndpoint.objects.filter(pk=int(turn.values["endpoint"]), kind=EndpointKind.SLACK).exists()


def put(turn: Turn, text: str) -> int:
    """The message that tells this line: one of its own, or that which gathers. Raises Refused, UnknownEndpoint."""
    last = deliveries.last_of(_name(turn), int(turn.values["endpoint"]), since=turn.at - GATHER)
    if last is None:
        return _message(turn, text, turn.at, account=turn.account.pk)
    row = deliveries.opened(last, after=turn.at + NEAR)
    if row is None:
        return _message(turn, _words(turn, [text], 1), _later(turn), gathered={"lines": [text], "count": 1})
    before = row.gathered or {"lines": [], "count": 0}
    lines, count = [*before["lines"], text][:LINES], before["count"] + 1
    deliveries.retell(row, {"text": _words(turn, lines, count)}, {"lines": lines, "count": count}, at=turn.at)
    return row.pk


def _later(turn: Turn) -> datetime:
    """When what is gathered goes out: within the hours that the playbook keeps, as its steps are."""
    return times.opening(turn.at + GATHER, turn.playbook.limits.hours, organisation.zone())


def _message(
    turn: Turn, text: str, at: datetime, account: int | None = None, gathered: Mapping[str, Any] | None = None
) -> int:
    name = _name(turn)
    row = deliveries.put(
        int(turn.values["endpoint"]), {"text": text}, key=f"{name}:{turn.run}", by=turn.by, at=turn.at, event=EVENT,
        account_id=account, send_after=at, gathers=name, gathered=gathered,
    )  # fmt: skip
    return row.pk


def _name(turn: Turn) -> str:
    return f"gathered:{turn.row}:{turn.step.key}"


def _words(turn: Turn, lines: list[str], count: int) -> str:
    """The first lines, and how many there are."""
    name, more = turn.playbook.name, count - len(lines)
    head = Text(f"{name.en}: {count:,} account{'' if count == 1 else 's'}", f"{name.ja}: {count:,}社")
    rest = [Text(f"and {more:,} more", f"ほか{more:,}社")] if more > 0 else []
    language = "en" if organisation.current().language == "en" else "ja"
    told = [head.in_(language), *(f"・{one}" for one in lines), *(one.in_(language) for one in rest)]
    return "\n".join(told)
