"""What models and measures say of accounts now: figures of two kinds, read at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField, F, FloatField, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from nenrin.foundation import bulk, prepared
from nenrin.foundation.prepared import Numbers, Written
from nenrin.insight.models import CurrentMeasure, Risk

_COLUMNS = (
    "account_id", "told_of", "told_name", "told_figure", "as_of", "told_minor", "told_reasons", "told_shows", "told_state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value, or an event's probability: then with the MRR in the reporting currency, the model's reasons, and
    whether it ranks only."""

    account: int
    is_risk: bool
    name: str
    value: float
    as_of: date
    minor: int
    reasons: Sequence[Sequence[object]]
    is_ranking: bool


def figures(accounts: Sequence[int], measures: Sequence[str]) -> list[Figure]:
    """Every risk of these accounts, and these measures: one query, a union of the same columns of the same types."""
    written = _written(connection.vendor, tuple(measures))
    return [_figure(*row) for row in written.rows({"accounts": accounts})]


@cache
def _written(vendor: str, measures: tuple[str, ...]) -> Written:
    return prepared.written(union(Numbers("accounts"), measures))


def union(accounts: Sequence[int] | Numbers, measures: Sequence[str]) -> Any:  # Any: rows of a union
    among = bulk.among(accounts)
    risks = _narrow(
        Risk.objects.filter(account__in=among), "risk", F("event"), F("p"), F("minor"), Cast("reasons", TextField()),
        Cast(KeyTextTransform("shows_probability", "version__card"), TextField()), F("version__state"),
    )  # fmt: skip
    nothing = (Value(0), Value("[]"), Value(""), Value(""))
    values = CurrentMeasure.objects.filter(account__in=among, measure__in=measures)
    return risks.union(_narrow(values, "", F("measure"), F("value"), *nothing), all=True)


def _narrow(rows: Any, of: str, name: Any, figure: Any, minor: Any, *words: Any) -> Any:
    """Any: querysets of two models, and expressions over their columns."""
    reasons, shows, state = (Cast(each, TextField()) for each in words)
    told = rows.order_by().annotate(
        told_of=Value(of, CharField(max_length=4)), told_name=Cast(name, CharField(max_length=80)),
        told_figure=Cast(figure, FloatField()), told_minor=Cast(minor, BigIntegerField()), told_reasons=reasons,
        told_shows=shows, told_state=state,
    )  # fmt: skip
    return told.values_list(*_COLUMNS)


def _figure(
    account: int, of: str, name: str, value: float, as_of: date, minor: int, reasons: str, shows: str | None, state: str
) -> Figure:
    """A model that shows no probability ranks; a text of JSON is true as one database or the other writes it."""
    ranks = state == "ranking" or str(shows).lower() not in {"true", "1"}
    told = json.loads(reasons) if of and reasons else ()
    return Figure(account, bool(of), name, value, as_of, minor, told, ranks)
