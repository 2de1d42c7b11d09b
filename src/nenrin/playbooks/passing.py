"""Signs that passed a playbook by while it was paused: what the journal told, and nobody made a run of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nenrin.foundation.models import Cursor, Entry
from nenrin.playbooks import lives, reactions, setting, triggers
from nenrin.playbooks.models import Playbook


@dataclass(frozen=True, slots=True)
class Passed:
    """How many signs, and of how many accounts; whether the playbook is for these was not asked."""

    signs: int
    accounts: int


def by(playbook: Playbook, since: datetime, until: datetime) -> Passed:
    """What its triggers would have heard from then until now. What is not read yet is not passed by: it still begins
    runs. Conditions are no part of it: those that hold are found when it goes on.
    """
    version = playbook.versions.filter(state="live").first()
    if version is None:
        return Passed(0, 0)
    fields, choices = setting.current()
    live = lives.stored(version, fields, choices)
    read = Cursor.objects.filter(reader=reactions.READER).values_list("sequence", flat=True).first() or 0
    told = Entry.objects.filter(
        account__isnull=False, sequence__lte=read, recorded_at__gte=since, recorded_at__lt=until
    )
    heard: dict[int, int] = {}
    for trigger in live.document.triggers:
        kind = triggers.KINDS[trigger.kind]
        if kind.hears is not None:
            entries = told.filter(action__in=kind.hears(trigger.values))
            heard |= {one.pk: one.account or 0 for one in entries.iterator() if kind.means(trigger.values, one)}
    return Passed(len(heard), len(set(heard.values())))
