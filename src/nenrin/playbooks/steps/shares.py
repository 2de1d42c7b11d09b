"""By a rule: which CSM does it, so that work is shared out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.db.models import Sum

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


def chosen(turn: Turn, rule: str) -> Member | None:
    """Of the CSMs who are there today; None where nobody is. Among equals the one who was here first."""
    away = deputies.of(turn.today)
    pool = [one for one in Member.objects.filter(role=Role.CSM, is_active=True).order_by("pk") if one.pk not in away]
    return _RULES[rule](turn, pool) if pool else None


def _in_turn(turn: Turn, pool: Sequence[Member]) -> Member:
    """The one after whom this step of this playbook meant last."""
    steps = RunStep.objects.filter(run__playbook=turn.row, step=turn.step.key).order_by("-pk")
    last = (steps.values_list("note", flat=True).first() or {}).get(NOTED) or 0
    return next((one for one in pool if one.pk > last), pool[0])


def _least_time(turn: Turn, pool: Sequence[Member]) -> Member:
    """Of what there is of it, as each stated or as is usual."""
    loads = capacities.loads([one.pk for one in pool])
    return min(pool, key=lambda one: loads[one.pk].share)


def _least_revenue(turn: Turn, pool: Sequence[Member]) -> Member:
    """A month, of the accounts in the organisation's currency."""
    rows = Account.objects.standing().filter(owner__in=pool, currency=organisation.current().currency)
    sums = dict(rows.exclude(status=Status.LOST).order_by().values_list("owner").annotate(n=Sum("mrr_minor")))
    return min(pool, key=lambda one: sums.get(one.pk) or 0)


_RULES: Final[Mapping[str, Callable[[Turn, Sequence[Member]], Member]]] = {
    "in_turn": _in_turn, "least_time": _least_time, "least_revenue": _least_revenue,
}  # fmt: skip
