"""What the kinds have in common whose rows become customers' own objects: accounts, contacts, subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation.models import Entry
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Result
from nenrin.ingest.files.records import Problem, Record
from nenrin.values import Text

R = TypeVar("R")
O = TypeVar("O")  # noqa: E741


def written(
    rows: Sequence[R], put: Callable[[Sequence[R]], Sequence[O]], *, is_known: Callable[[R], bool]
) -> list[O | Refused]:
    """Write rows, new and known ones apart, each in one go; a refused row is left out and the others go again."""
    outcomes: dict[int, O | Refused] = {}
    for known in (False, True):
        some = [place for place, row in enumerate(rows) if is_known(row) is known]
        outcomes |= dict(zip(some, _some_written([rows[place] for place in some], put), strict=True))
    return [outcomes[place] for place in range(len(rows))]


def _some_written(rows: Sequence[R], put: Callable[[Sequence[R]], Sequence[O]]) -> list[O | Refused]:
    refusals: dict[int, Refused] = {}
    while left := [place for place in range(len(rows)) if place not in refusals]:
        try:
            with transaction.atomic():
                done = dict(zip(left, put([rows[place] for place in left]), strict=True))
        except Refused as refused:
            blamed = _by_row(refused, left)
            if not blamed:
                return [refusals.get(place) or _alone(rows[place], put) for place in range(len(rows))]
            refusals |= blamed
            continue
        return [refusals.get(place) or done[place] for place in range(len(rows))]
    return [refusals[place] for place in range(len(rows))]


def _by_row(refused: Refused, left: Sequence[int]) -> dict[int, Refused]:
    """Whose faults they are: verbs put the row's index before the field; empty where one fault has none."""
    found: dict[int, list[Fault]] = {}
    for fault in refused.faults:
        index, dot, name = fault.field.partition(".")
        if len(left) == 1:
            index, dot, name = "0", ".", fault.field
        if not dot or not index.isdigit() or int(index) >= len(left):
            return {}
        found.setdefault(left[int(index)], []).append(replace(fault, field=name))
    return {place: Refused(faults) for place, faults in found.items()}


def _alone(row: R, put: Callable[[Sequence[R]], Sequence[O]]) -> Any:
    """One row for itself, where a refusal does not say whose it is. Its outcome or its refusal."""
    try:
        with transaction.atomic():
            return put([row])[0]
    except Refused as refused:
        return refused


def refusal(record: Record, faults: Iterable[Fault], context: Context | None) -> Result:
    """A row refused by a verb, in the file's own words: its column where the mapping has one for the field."""
    return Result(record.number, "rejected", problems=tuple(_problem(fault, record, context) for fault in faults))


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


def edited_since(actions: Collection[str], ids: Sequence[int], context: Context, subject: str = "") -> set[int]:
    """Which of these accounts (or subjects of a kind) somebody else has edited since the import began."""
    later = Entry.objects.filter(action__in=actions, recorded_at__gte=context.began_at).exclude(
        actor_kind=context.by.kind, actor_key=context.by.key
    )
    if not subject:
        return {pk for pk in later.filter(account__in=ids).values_list("account", flat=True) if pk is not None}
    keys = later.filter(references__kind=subject, references__key__in=[str(pk) for pk in ids])
    return {int(key) for key in keys.values_list("references__key", flat=True)}


def taken_back(
    footprints: Sequence[Footprint],
    stays: Collection[int],
    *,
    archive: Callable[[Sequence[int]], object],
    put_back: Callable[[Footprint], object],
) -> Kept:
    """Archive what rows made, put back what they changed; `stays` are subjects that later edits stand on.

    Returns the numbers of the rows that stay, for that reason or because the verb refuses.
    """
    going = [step for step in footprints if step.subject not in stays]
    made = [step for step in going if step.outcome == "created"]
    kept = {step.number for step in footprints if step.subject in stays}

    def archived(steps: Sequence[Footprint]) -> bool:
        return _allowed(lambda: archive([step.subject for step in steps]))

    def restored(step: Footprint) -> bool:
        return _allowed(lambda: put_back(step))

    if not archived(made):
        # From the last row up: children are made after their parents.
        last_first = sorted(made, key=lambda step: -step.number)
        kept |= {step.number for step in last_first if not archived([step])}
    return kept | {step.number for step in going if step.outcome == "updated" and not restored(step)}


def _allowed(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except Refused:
        return False
    return True
