"""How good forecasts of renewals were: by person and by model, from the checkpoints whose term is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Case, Count, F, FloatField, Q, QuerySet, Sum, Value, When

from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.work.models import RenewalCheckpoint
from nenrin.work.models.renewal import Call, Outcome, Side

#: Fewer outcomes say nothing of whoever foretold them.
LEAST: Final = 10
MODEL: Final = "model"
#: Who foretells, in the order in which they are told: the side, its probability, its call.
SAYING: Final = (
    (MODEL, "probability_of_model", ""), (Side.CSM, "called_probability", "call"),
    (Side.MANAGER, "over_probability", "over"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`brier`: mean square of probability minus what came (0 best); `hit`: share on the right side of one half.

    `foretold` and `came`: MRR in minor units that was expected to stay, and that stayed, up to what was due; of what was
    committed, `committed` and `committed_came`, over `commits` terms. Money of other currencies counts at their rates, where they have one. All but the counts are
    None below LEAST outcomes, those of commits below LEAST commits.
    """

    side: str  # Side, or MODEL
    name: str
    count: int
    brier: float | None
    hit: float | None
    foretold: float | None
    came: float | None
    commits: int
    committed: int | None
    committed_came: int | None


def of(rows: QuerySet[RenewalCheckpoint], days: int, own: OwnMoney) -> list[Accuracy]:
    """The model first, then CSMs and managers by name, at the checkpoints of so many days. Three queries."""
    return each(rows, (days,), own)[days]


def each(rows: QuerySet[RenewalCheckpoint], days: Sequence[int], own: OwnMoney) -> dict[int, list[Accuracy]]:
    """The same for each of these days; three queries in all."""
    over = rows.filter(days__in=days).exclude(outcome="").order_by()
    found: dict[int, list[Accuracy]] = {one: [] for one in days}
    for side, column, said in SAYING:
        for day, told in sorted(_told(over, side, column, said, own), key=lambda one: one[1].name):
            found[day].append(told)
    nothing = Accuracy(MODEL, "", 0, *(None,) * 4, 0, None, None)
    return {day: told or [nothing] for day, told in found.items()}


def _told(
    rows: QuerySet[RenewalCheckpoint], side: str, column: str, said: str, own: OwnMoney
) -> list[tuple[int, Accuracy]]:
    """With the days of the checkpoint."""
    rows = rows.filter(**{f"{column}__isnull": False})
    if said:
        rows = rows.filter(**{f"{said}__author__isnull": False})
    stayed = Case(When(outcome=Outcome.LOST, then=Value(0.0)), default=Value(1.0), output_field=FloatField())
    right = Q(outcome=Outcome.LOST, **{f"{column}__lt": 0.5}) | (
        ~Q(outcome=Outcome.LOST) & Q(**{f"{column}__gte": 0.5})
    )
    due = own.sql()
    kept = Case(When(kept_minor__gt=F("mrr_minor"), then=due), default=own.sql("kept_minor"))
    told = Q(kept_minor__isnull=False) & ~own.unknown()  # of terms over before it was kept nobody knows what stayed
    commits = Q(**{f"{said}__call": Call.COMMIT}) & told if said else Q(pk__isnull=True)
    sums = {
        "n": Count("pk"), "square": Avg((F(column) - stayed) * (F(column) - stayed), output_field=FloatField()),
        "hits": Avg(Case(When(right, then=Value(1.0)), default=Value(0.0), output_field=FloatField())),
        "foretold": Sum(F(column) * due, filter=told, output_field=FloatField()), "came": Sum(kept, filter=told),
        "commits": Count("pk", filter=commits), "committed": Sum(due, filter=commits),
        "committed_came": Sum(kept, filter=commits),
    }  # fmt: skip
    people = ("days", f"{said}__author") if said else ("days",)
    who = {"who": F(f"{said}__author__name")} if said else {}
    grouped = rows.values(*people, **who)
    return [(row["days"], _shown(side, {"who": "", **row})) for row in grouped.annotate(**sums) if row["n"]]


def _shown(side: str, row: dict[str, Any]) -> Accuracy:
    """
    >>> row = {"who": "a", "n": 9, "square": 0.1, "hits": 0.9, "foretold": 1.0, "came": 1, "commits": 0}
    >>> _shown("csm", row | {"committed": 1, "committed_came": 1})
    Accuracy(side='csm', name='a', count=9, brier=None, hit=None, foretold=None, came=None, commits=0, committed=None, committed_came=None)
    """
    enough, commits = row["n"] >= LEAST, row["commits"] >= LEAST
    brier = round(row["square"], 6) if enough else None
    return Accuracy(
        side, row["who"] or "", row["n"], brier, row["hits"] if enough else None, row["foretold"] if enough else None,
        row["came"] if enough else None, row["commits"], row["committed"] if commits else None,
        row["committed_came"] if commits else None,
    )  # fmt: skip
