"""What conditions can ask of the accounts of this installation, and the frame that answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

import pyarrow as pa
from django.db import models

from nenrin.analytics.conditions import Field, standard
from nenrin.analytics.conditions.fields import Kind
from nenrin.analytics.kpis import MEASURES
from nenrin.customers import attributes, tiers, touch_models
from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage, Status, word
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.insight.models import CurrentMeasure, Health
from nenrin.values import Text

M = TypeVar("M", bound=models.Model)

_KINDS: Mapping[str, Kind] = {"text": "text", "number": "number", "date": "date", "bool": "flag", "choice": "choice"}
_TYPES: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "choice": pa.string(),
    "number": pa.float64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
    "tags": pa.list_(pa.string()),
}
_COLUMNS = ("tier", "touch_model", "industry", "region", "status", "stage", "customer_since", "lost_on")
#: A week before the newest of Health.weekly.
_WEEK_AGO = -2


def fields() -> dict[str, Field]:
    """Every field with this installation's own choices and attributes."""
    choices = {
        "tier": list(tiers.names().items()),
        "touch_model": list(touch_models.names().items()),
        "status": [(one.value, word(one)) for one in Status],
        "stage": [(one.value, word(one)) for one in Stage if one.value],
        "owner": [
            (str(pk), Text(name, name)) for pk, name in Member.objects.values_list("pk", "name").order_by("name")
        ],
    }
    own = [
        Field(
            f"attribute.{one.key}",
            Text(one.name_en, one.name_ja),
            _KINDS[one.kind],
            choices=tuple((option, Text(option, option)) for option in one.options),
        )
        for one in attributes.declared()
    ]
    return standard(choices=choices, attributes=own, currency=organisation.current().currency)


def frame(columns: Iterable[str], known: Mapping[str, Field], accounts: Sequence[int] | None = None) -> pa.Table:
    """The standing accounts (or these) with the columns asked for, as they are now; one query a table."""
    wanted = set(columns)
    rows = Account.objects.standing()
    if accounts is not None:
        rows = rows.filter(pk__in=accounts)
    plain = [name for name in _COLUMNS if name in wanted]
    own = [name for name in wanted if name.startswith("attribute.")]
    found = list(rows.order_by("pk").values_list("pk", "owner_id", *plain, *(("attributes",) if own else ())))
    ids = [row[0] for row in found]
    made: dict[str, list[object]] = {name: [row[2 + n] for row in found] for n, name in enumerate(plain)}
    made["owner"] = [None if row[1] is None else str(row[1]) for row in found]
    for key in own:
        made[key] = [_attribute(row[-1].get(key.removeprefix("attribute.")), known[key]) for row in found]
    if "tags" in wanted:
        made["tags"] = _by_account(ids, _tags(accounts))
    if healths := wanted & _HEALTH.keys():
        shown = _health(healths, accounts)
        made |= {key: _by_account(ids, shown[key]) for key in healths}
    if measures := wanted & set(MEASURES):
        told = _measures(measures, accounts)
        made |= {key: _by_account(ids, told[key]) for key in measures}
    arrays = {key: pa.array(values, _TYPES[known[key].kind]) for key, values in made.items() if key in wanted}
    return pa.table({"account": pa.array(ids, pa.int64()), **arrays})


def _attribute(value: object, field: Field) -> object:
    return date.fromisoformat(value) if field.kind == "date" and isinstance(value, str) else value


def _by_account(ids: Sequence[int], found: Mapping[int, object]) -> list[object]:
    return [found.get(account) for account in ids]


def _tags(accounts: Sequence[int] | None) -> dict[int, object]:
    rows = Account.objects.filter(tags__isnull=False)
    if accounts is not None:
        rows = rows.filter(pk__in=accounts)
    found: dict[int, list[str]] = {}
    for account, tag in rows.values_list("pk", "tags__name"):
        found.setdefault(account, []).append(tag)
    return dict(found)


def _measures(keys: set[str], accounts: Sequence[int] | None) -> dict[str, dict[int, object]]:
    """Values now by measure and account."""
    found: dict[str, dict[int, object]] = {key: {} for key in keys}
    rows = _of(CurrentMeasure.objects.all(), accounts).filter(measure__in=sorted(keys))
    for account, key, value in rows.values_list("account", "measure", "value"):
        found[key][account] = value
    return found


def _health(keys: set[str], accounts: Sequence[int] | None) -> dict[str, dict[int, object]]:
    """Health now by field and account, of the columns that these fields are made of."""
    columns = sorted({column for key in keys for column in _HEALTH[key]})
    found: dict[str, dict[int, object]] = {key: {} for key in keys}
    for account, *values in _of(Health.objects.all(), accounts).values_list("account_id", *columns):
        row = dict(zip(columns, values, strict=True))
        for key, told in found.items():
            told[account] = _change_in_a_week(**row) if key == _FALL else row[_HEALTH[key][0]]
    return found


def _of(rows: models.QuerySet[M], accounts: Sequence[int] | None) -> models.QuerySet[M]:
    return rows if accounts is None else rows.filter(account__in=accounts)


def _change_in_a_week(score: float, weekly: Sequence[float], **_: object) -> float | None:
    before = weekly[_WEEK_AGO] if len(weekly) >= -_WEEK_AGO else None
    return None if before is None else round(score - before, 1)


_FALL = "health.delta_7"
#: The columns of Health that each field is made of.
_HEALTH: Mapping[str, tuple[str, ...]] = {
    "health.score": ("score",),
    "health.band": ("band",),
    "health.coverage": ("coverage",),
    _FALL: ("score", "weekly"),
    "health.delta_30": ("delta_30",),
}
