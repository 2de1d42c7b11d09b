"""Slack from a step: the first run is told at once; runs that follow within minutes are gathered into one message.

A run's line is part of a message and of the run's own step in one transaction: each line stands in exactly one message,
and a message that was tried once is not touched any more, so that no line is told in two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nenrin.foundation import organisation
from nenrin.foundation.models import WebhookDelivery, WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.webhooks import deliveries
from nenrin.playbooks.models import RunStep
from nenrin.playbooks.steps.shape import Turn
from nenrin.values import Text

EVENT: Final = "playbooks.step.reached"
#: Runs within so long after a message are gathered into the next one, which goes out after as long.
GATHER: Final = timedelta(minutes=5)
#: A message this near to its time is left alone: clocks of two machines differ.
NEAR: Final = timedelta(seconds=5)
#: Lines of a message; the others are counted.
LINES: Final = 20
#: In a step's note: the message that tells of it.
TOLD: Final = "delivery"


def is_for_people(turn: Turn) -> bool:
    """A channel that is read, not a program that wants each run by itself."""
    return WebhookEndpoint.objects.filter(pk=int(turn.values["endpoint"]), kind=EndpointKind.SLACK).exists()


def put(turn: Turn, text: str) -> int:
    """The message that tells this line: one of its own, or that which gathers. Raises Refused, UnknownEndpoint."""
    last = _last(turn)
    if last is None:
        return _message(turn, text, timedelta(), account=turn.account.pk)
    if deliveries.is_open(last, after=turn.at + NEAR):
        deliveries.retell(last, {"text": _words(turn, [*_lines(turn, last), text])}, at=turn.at)
        return last
    return _message(turn, _words(turn, [text]), GATHER)


def _last(turn: Turn) -> int | None:
    """The newest message of this step to the same channel, if it is no longer ago than runs are gathered for."""
    rows = WebhookDelivery.objects.filter(endpoint=int(turn.values["endpoint"]), key__startswith=_stem(turn))
    recent = rows.filter(send_after__gt=turn.at - GATHER).order_by("-pk")
    return recent.values_list("pk", flat=True).first()


def _message(turn: Turn, text: str, after: timedelta, account: int | None = None) -> int:
    row = deliveries.put(
        int(turn.values["endpoint"]), {"text": text}, key=f"{_stem(turn)}{turn.run}", by=turn.by, at=turn.at,
        event=EVENT, account_id=account, send_after=turn.at + after,
    )  # fmt: skip
    return row.pk


def _stem(turn: Turn) -> str:
    return f"gathered:{turn.row}:{turn.step.key}:"


def _lines(turn: Turn, message: int) -> list[str]:
    """What the message tells already, in the order in which it came."""
    rows = RunStep.objects.filter(run__playbook=turn.row, step=turn.step.key, at__gt=turn.at - 2 * GATHER)
    notes = rows.filter(**{f"note__{TOLD}": message}).order_by("pk").values_list("note", flat=True)
    return [str(note["ja"]) for note in notes]


def _words(turn: Turn, lines: list[str]) -> str:
    name, more = turn.playbook.name, len(lines) - LINES
    head = Text(f"{name.en}: {len(lines):,} account{'' if len(lines) == 1 else 's'}", f"{name.ja}: {len(lines):,}社")
    rest = [Text(f"and {more:,} more", f"ほか{more:,}社")] if more > 0 else []
    language = "en" if organisation.current().language == "en" else "ja"
    told = [head.in_(language), *(f"・{one}" for one in lines[:LINES]), *(one.in_(language) for one in rest)]
    return "\n".join(told)
