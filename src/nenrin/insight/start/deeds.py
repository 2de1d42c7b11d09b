"""What was done since the baseline, counted from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from nenrin.foundation.models import Entry
from nenrin.values import Text

#: In the order in which they are told: actions of the journal, and what one of them is.
KINDS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("plays", Text("Plays taken on", "着手した打ち手"), ("work.queue.accepted",)),
    ("runs", Text("Playbooks begun", "開始したプレイブック"), ("playbooks.run.entered",)),
    ("handoffs", Text("Handoffs accepted", "受領した引き継ぎ"), ("work.handoff.accepted",)),
    ("onboarding", Text("Onboardings closed", "終了したオンボーディング"), ("work.onboarding.closed",)),
    ("meetings", Text("Meetings held", "実施した打ち合わせ"), ("work.meeting.held",)),
)


@dataclass(frozen=True, slots=True)
class Deed:
    key: str
    name: Text
    count: int


def since(first: datetime, until: datetime) -> list[Deed]:
    """Of all accounts, by what the journal heard from one instant to another."""
    wanted = [action for _, _, actions in KINDS for action in actions]
    rows = Entry.objects.filter(action__in=wanted, recorded_at__gte=first, recorded_at__lte=until)
    found = dict(rows.order_by().values_list("action").annotate(n=Count("pk")))
    return [Deed(key, name, sum(found.get(action, 0) for action in actions)) for key, name, actions in KINDS]
