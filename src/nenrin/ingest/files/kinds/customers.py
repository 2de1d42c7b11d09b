"""What the kinds have in common whose rows become customers' own objects: accounts, contacts, subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation.models import Entry
from nenrin.ingest.files.kinds.shape import Context, Result
from nenrin.ingest.files.records import Problem, Record
from nenrin.values import Text

R = TypeVar("R")
O = TypeVar("O")  # noqa: E741


def written(rows: Sequence[R], put: Callable[[Sequence[R]], Sequence[O]]) -> list[O | Refused]:
    """Write rows together; where one is refused, each for itself, so that only the bad ones are."""
    if not rows:
        return []
    try:
        with transaction.atomic():
            return list(put(rows))
    except Refused:
        return [_alone(row, put) for row in rows]


def _alone(row: R, put: Callable[[Sequence[R]], Sequence[O]]) -> O | Refused:
    try:
        with transaction.atomic():
            return put([row])[0]
    except Refused as refused:
        return refused


def refusal(record: Record, faults: Iterable[Fault], context: Context | None) -> Result:
    """A row refused by a verb, in the file's own words: its column where the mapping has one for the field."""
    return Result(
        record.number, "rejected", problems=tuple(_problem(fault, record, context) for fault in faults)
    )


def _problem(fault: Fault, record: Record, context: Context | None) -> Problem:
    name = fault.field.rpartition(".")[2]
    origin = context.mapping.fields.get(name) if context else None
    column = ", ".join(origin.columns()) if origin else ""
    value = record.values.get(name, fault.value)
    expected = Text(fault.text.en.removeprefix("expected "), fault.text.ja)
    return Problem(column or fault.field, "" if value is None else str(value), expected)


def plain(value: object) -> object:
    """A value as attributes hold it: decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def storable(before: Mapping[str, object]) -> dict[str, Any]:
    """What fields were, as JSON holds it: rows by id, days as text."""
    return {name: _storable(value) for name, value in before.items()}


def _storable(value: object) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def edited_since(
    actions: Collection[str], ids: Sequence[int], context: Context, subject: str = ""
) -> set[int]:
    """Which of these accounts (or subjects of a kind) somebody else has edited since the import began."""
    later = Entry.objects.filter(action__in=actions, recorded_at__gte=context.began_at).exclude(
        actor_kind=context.by.kind, actor_key=context.by.key
    )
    if not subject:
        return set(later.filter(account__in=ids).values_list("account", flat=True))
    keys = later.filter(references__kind=subject, references__key__in=[str(pk) for pk in ids])
    return {int(key) for key in keys.values_list("references__key", flat=True)}
