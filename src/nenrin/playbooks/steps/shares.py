"""By a rule: which CSM does it, so that work is shared out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from nenrin.customers import capacities, deputies
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.playbooks.documents.params import Choices
from nenrin.playbooks.models import RunStep
from nenrin.playbooks.steps.shape import Turn
from nenrin.values import Text

RULES: Final[Choices] = (
    ("in_turn", Text("CSMs in turn", "CSMの持ち回り")),
    ("least_time", Text("CSM with the least planned time", "予定工数の割合が最も小さいCSM")),
    ("least_revenue", Text("CSM with the least recurring revenue", "担当の月額合計が最も小さいCSM")),
)
#: In a step's note: who did it, so that the next one's turn comes.
NOTED: Final = "member"
#: What a step gave to whom counts for so long beside what they look after.
RECENT: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Given:
    """How often a step meant somebody lately, and the recurring revenue a month of those accounts."""

    times: int = 0
    minor: int = 0


def chosen(turn: Turn, rule: str) -> Member | None:
    """Of the CSMs who are there today; None where nobody is. Among equals the one who was here first."""
    away = deputies.of(turn.today)
    pool = [one for one in Member.objects.filter(role=Role.CSM, is_active=True).order_by("pk") if one.pk not in away]
    return _RULES[rule](turn, pool) if pool else None


def _in_turn(turn: Turn, pool: Sequence[Member]) -> Member:
    """The one after whom this step of this playbook meant last."""
    steps = RunStep.objects.filter(run__playbook=turn.row, step=turn.step.key, note__has_key=NOTED).order_by("-pk")
    last = (steps.values_list("note", flat=True).first() or {}).get(NOTED) or 0
    return next((one for one in pool if one.pk > last), pool[0])


def _least_time(turn: Turn, pool: Sequence[Member]) -> Member:
    """Of what there is of it, as each stated or as is usual; what this step gave out lately is planned too."""
    loads, given = capacities.loads([one.pk for one in pool]), _given(turn)
    minutes = int(turn.values.get("minutes") or capacities.UNPLANNED)

    def planned(one: Member) -> tuple[float, int]:
        load, times = loads[one.pk], given.get(one.pk, Given()).times
        return replace(load, minutes=load.minutes + times * minutes).share, times

    return min(pool, key=planned)


def _least_revenue(turn: Turn, pool: Sequence[Member]) -> Member:
    """A month, of the accounts in the organisation's currency; those that this step gave out lately count for whoever
    was meant. Where it is the same, whoever was meant less often."""
    rows = Account.objects.standing().filter(owner__in=pool, currency=organisation.current().currency)
    sums = dict(rows.exclude(status=Status.LOST).order_by().values_list("owner").annotate(n=Sum("mrr_minor")))
    given = _given(turn)

    def looked_after(one: Member) -> tuple[int, int]:
        lately = given.get(one.pk, Given())
        return (sums.get(one.pk) or 0) + lately.minor, lately.times

    return min(pool, key=looked_after)


def _given(turn: Turn) -> Mapping[int, Given]:
    """What this step gave to whom of late: one query."""
    steps = RunStep.objects.filter(
        run__playbook=turn.row, step=turn.step.key, note__has_key=NOTED, at__gt=turn.at - RECENT
    )
    meant = steps.order_by().annotate(meant=Cast(KeyTextTransform(NOTED, "note"), BigIntegerField())).values("meant")
    ours = Q(run__account__currency=organisation.current().currency)
    rows = meant.annotate(n=Count("pk"), minor=Sum(F("run__account__mrr_minor"), filter=ours))
    return {who: Given(n, int(minor or 0)) for who, n, minor in rows.values_list("meant", "n", "minor")}


_RULES: Final[Mapping[str, Callable[[Turn, Sequence[Member]], Member]]] = {
    "in_turn": _in_turn, "least_time": _least_time, "least_revenue": _least_revenue,
}  # fmt: skip
