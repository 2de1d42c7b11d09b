"""Attributes: the columns that this organisation adds to accounts, each with a type and a field class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from nenrin.customers import cleaning, settled
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import AttributeField
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass
from nenrin.values import Text


def declared() -> list[AttributeField]:
    return list(AttributeField.objects.filter(archived_at__isnull=True))


def declare(
    key: str,
    *,
    name: Text,
    kind: AttributeKind,
    by: Actor,
    at: datetime,
    options: Sequence[str] = (),
    field_class: FieldClass = FieldClass.INTERNAL,
    position: int = 0,
    version: int | None = None,
) -> AttributeField:
    """Add a column, or change its names, options, class and place. The type of one in use stays.

    Safe to repeat. Raises Refused, Conflict. Journal: customers.attribute.saved.
    """
    _check(key, kind, options)
    values = {"name_en": name.en, "name_ja": name.ja, "options": list(options), "field_class": field_class}
    with transaction.atomic():
        there = AttributeField.objects.select_for_update().filter(key=key).first()
        theirs = {each: getattr(there, each) for each in values} if there else {}
        settled.stand_at("attribute", key, version, mine=values, theirs=theirs)
        if there and there.kind != kind:
            raise Refused.one(
                "kind",
                Text(f"{key} is declared as {there.kind}", f"{key} の型は {there.kind} に決定済み"),
                kind,
            )
        field, _ = AttributeField.objects.update_or_create(
            key=key, defaults={**values, "kind": kind, "position": position, "archived_at": None}
        )
        note = {"key": key, "kind": kind, "field_class": field_class}
        journal.record("customers.attribute.saved", actor=by, at=at, subject=("attribute", key), particulars=note)
    return field


def version(key: str) -> int:
    """Of a column as it stands: what `declare` asks for, so that nobody's change is overwritten unseen."""
    return settled.version("attribute", key)


def archive(field: AttributeField, *, by: Actor, at: datetime) -> None:
    """Hide a column; values stay. Safe to repeat. Journal: customers.attribute.archived."""
    with transaction.atomic():
        if AttributeField.objects.filter(pk=field.pk, archived_at__isnull=True).update(archived_at=at):
            note = {"key": field.key}
            journal.record(
                "customers.attribute.archived",
                actor=by,
                at=at,
                subject=("attribute", field.key),
                particulars=note,
            )


def _check(key: str, kind: AttributeKind, options: Sequence[str]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", key, re.ASCII):
        raise Refused.one("key", Text("small letters, digits and _, a letter first", "英小文字で始まる英数字と_"), key)
    if kind == AttributeKind.CHOICE and not options:
        raise Refused.one("options", Text("a choice needs options", "選択肢が必要"))


def clean(values: Mapping[str, object], fields: Iterable[AttributeField]) -> tuple[dict[str, object], list[Fault]]:
    """What of `values` can be kept, as JSON holds it, and a fault for each that cannot. None removes a value."""
    known = {field.key: field for field in fields}
    kept: dict[str, object] = {}
    faults = []
    for key, value in values.items():
        if key not in known:
            faults.append(Fault(f"attributes.{key}", Text("no such attribute is declared", "未定義の項目"), value))
            continue
        try:
            kept[key] = _cleaned(known[key], value)
        except cleaning.Wrong as wrong:
            faults.append(Fault(f"attributes.{key}", wrong.text, value))
    return kept, faults


def _cleaned(field: AttributeField, value: object) -> object:
    if value is None or value == "":
        return None
    if field.kind == AttributeKind.CHOICE:
        if value not in field.options:
            listed = ", ".join(field.options)
            raise cleaning.Wrong(Text(f"expected one of {listed}", f"次のいずれか: {listed}"))
        return value
    by_kind: dict[str, cleaning.Cleaner] = {
        AttributeKind.TEXT: cleaning.text(1000),
        AttributeKind.NUMBER: cleaning.number,
        AttributeKind.DATE: cleaning.day,
        AttributeKind.BOOL: cleaning.flag,
    }
    found = by_kind[field.kind](value)
    return found.isoformat() if isinstance(found, date) else found


def public_keys(fields: Iterable[AttributeField]) -> set[str]:
    """The attributes that may leave this table: all but personal ones."""
    return {field.key for field in fields if field.field_class != FieldClass.PERSONAL}
