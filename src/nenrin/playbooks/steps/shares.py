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
from nenrin.customers.models import Assignment
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.playbooks.documents.params import Choices
from nenrin.playbooks.models import RunStep
from nenrin.playbooks.steps.keeping import NOTED
from nenrin.playbooks.steps.shape import Turn
from nenrin.values import Text

ROUTING: Final = "routing"
RULES: Final[Choices] = (
    ("in_turn", Text("CSMs in turn", "CSMの持ち回り")),
    ("least_time", Text("CSM with the least planned time", "予定工数の割合が最も小さいCSM")),
    ("least_revenue", Text("CSM with the least recurring revenue", "担当の月額合計が最も小さいCSM")),
    (ROUTING, Text("By the routing rules, within capacity", "担当割り当てルール（余力の範囲内）")),
)
#: Who looks after an account in a phase, where it is not the routing rules that say whom; nobody in the others.
ROLES: Final[Mapping[Phase, tuple[Role, ...]]] = {
    Phase.PRIMARY: (Role.CSM,), Phase.ADOPTION: (Role.CSM,), Phase.ONBOARDING: (Role.CSM, Role.ONBOARDING),
}  # fmt: skip
#: What a step gave to whom counts for so long beside what they look after.
RECENT: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Given:
    """How often a step meant somebody lately, and the recurring revenue a month of those accounts."""

    times: int = 0
    minor: int = 0


def chosen(turn: Turn, rule: str, phase: Phase | None = None) -> Member | None:
    """Of those of the phase's roles who are there today (by routing: of its pools); None where nobody is, or has room.
    Among equals the one who was here first.

    - `phase`: in which the account itself changes hands. What the step gave lately stands among each one's accounts then,
      and is not counted beside them.
    """
    if rule == ROUTING:
        return _by_routing(turn, phase)
    away = deputies.of(turn.today)
    roles = ROLES.get(phase or Phase.PRIMARY, ())
    pool = [one for one in Member.objects.filter(role__in=roles, is_active=True).order_by("pk") if one.pk not in away]
    return _RULES[rule](turn, pool, phase) if pool else None


def _by_routing(turn: Turn, phase: Phase | None) -> Member | None:
    times = {} if phase else turn.kept.times(turn.row, turn.step.key, lambda: _times(turn))
    besides = {member: count * _minutes(turn) for member, count in times.items()}
    return turn.kept.routed(turn.today).whom(turn.account, phase or Phase.PRIMARY, besides)


def _times(turn: Turn) -> dict[int, int]:
    return {member: one.times for member, one in _given(turn).items()}


def _minutes(turn: Turn) -> int:
    return int(turn.values.get("minutes") or capacities.UNPLANNED)


def _in_turn(turn: Turn, pool: Sequence[Member], phase: Phase | None) -> Member:
    """The one after whom this step of this playbook meant last."""
    steps = RunStep.objects.filter(run__playbook=turn.row, step=turn.step.key, note__has_key=NOTED).order_by("-pk")
    last = (steps.values_list("note", flat=True).first() or {}).get(NOTED) or 0
    return next((one for one in pool if one.pk > last), pool[0])


def _least_time(turn: Turn, pool: Sequence[Member], phase: Phase | None) -> Member:
    """Of what there is of it, as each stated or as is usual; tasks that this step gave out lately are planned too."""
    loads = capacities.loads([one.pk for one in pool], phase or Phase.PRIMARY)
    given, minutes = {} if phase else _given(turn), _minutes(turn)

    def planned(one: Member) -> tuple[float, int]:
        load, times = loads[one.pk], given.get(one.pk, Given()).times
        return replace(load, minutes=load.minutes + times * minutes).share, times

    return min(pool, key=planned)


def _least_revenue(turn: Turn, pool: Sequence[Member], phase: Phase | None) -> Member:
    """A month, of the accounts in the organisation's currency; those whose tasks this step gave out lately count for
    whoever was meant. Where it is the same, whoever was meant less often."""
    held = Assignment.objects.filter(member__in=pool, phase=phase or Phase.PRIMARY, until_on__isnull=True)
    ours = Q(account__archived_at__isnull=True, account__currency=organisation.current().currency)
    rows = held.filter(ours & ~Q(account__status=Status.LOST)).order_by().values_list("member")
    sums, given = dict(rows.annotate(n=Sum("account__mrr_minor"))), _given(turn)

    def looked_after(one: Member) -> tuple[int, int]:
        lately = given.get(one.pk, Given())
        return (sums.get(one.pk) or 0) + (0 if phase else lately.minor), lately.times

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


_RULES: Final[Mapping[str, Callable[[Turn, Sequence[Member], Phase | None], Member]]] = {
    "in_turn": _in_turn, "least_time": _least_time, "least_revenue": _least_revenue,
}  # fmt: skip
