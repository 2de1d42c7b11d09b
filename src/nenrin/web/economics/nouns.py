"""Costs and hours as lists: the same page twice, told apart by what is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet

from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.ingest import costs as cost_verbs
from nenrin.ingest import efforts as effort_verbs
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.ingest.models import Cost, Effort
from nenrin.values import Money, Text

#: Under which namespace rows stand that a person wrote down here.
BY_HAND = "manual"
Key = Literal["costs", "hours"]


@dataclass(frozen=True, slots=True)
class Noun:
    """`amount` is the column that is counted; `put` and `retract` are the verbs; `kind` is what imports call it."""

    key: Key
    one: str
    kind: str
    title: Text
    lead: Text
    add: Text
    model: type[Model]
    amount: str
    told: Callable[..., Any]
    put: Callable[..., Any]
    retract: Callable[..., Any]
    word: str

    @property
    def standing(self) -> QuerySet[Any]:
        return self.model._default_manager.standing().select_related("account")  # type: ignore[attr-defined,no-any-return]

    def shown(self, row: Any, language: str) -> str:
        """The counted column as it reads."""
        if self.key == "costs":
            return format.money(Money(row.minor, row.currency), language)
        return hours_text(row.minutes, language)


def hours_text(minutes: int, language: str) -> str:
    figure = format.number(minutes / 60, language, 0 if minutes % 60 == 0 else 2)
    return Text(f"{figure} h", f"{figure}時間").in_(language)


def manner(by: Actor, at: datetime) -> dict[str, Any]:
    """The keyword arguments of the verbs for a row written by hand."""
    zone, today = ZoneInfo(organisation.current().zone), organisation.today(at)
    return {"by": by, "at": at, "zone": zone, "knowing": on_arrival(today)}


COSTS = Noun(
    "costs", "cost", "costs", Text("Costs", "費用"),
    Text(
        "What winning and serving customers costs, by month. CAC, the balance and the contribution are made of it.",
        "顧客の獲得と支援にかかった月別の費用。CAC・予算配分・貢献利益はここから計算。",
    ),
    Text("Add a cost", "費用を追加する"), Cost, "minor", cost_verbs.Told, cost_verbs.put, cost_verbs.retract, "cost",
)  # fmt: skip
HOURS = Noun(
    "hours", "hour", "efforts", Text("Hours", "工数"),
    Text(
        "Time that our people spent on winning customers and on those we have, by month.",
        "顧客の獲得と既存顧客の支援に使った月別の時間。",
    ),
    Text("Add hours", "工数を追加する"), Effort, "minutes", effort_verbs.Told, effort_verbs.put, effort_verbs.retract,
    "effort",
)  # fmt: skip
NOUNS: Sequence[Noun] = (COSTS, HOURS)
