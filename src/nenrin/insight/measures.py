"""Measures that models may use: those of the catalogue, and one for each numeric attribute of accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from nenrin.analytics.kpis import MEASURES, attribute
from nenrin.analytics.kpis.catalogue.attributes import PREFIX
from nenrin.analytics.kpis.measures import Measure
from nenrin.customers.models import AttributeField
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.permissions import FieldClass
from nenrin.values import Text


def evaluated(keys: Iterable[str]) -> tuple[Measure, ...]:
    """The whole catalogue and the attributes among `keys`, whatever became of them since: past days replay the same."""
    own = sorted({key for key in keys if is_attribute(key) and _is_key(attribute_of(key))})
    return (*MEASURES.values(), *(_plain(key) for key in own))


def usable() -> dict[str, Measure]:
    """What a model may use now: personal attributes never reach the lake, archived ones have no new values."""
    rows = _numeric().filter(archived_at__isnull=True).exclude(field_class=FieldClass.PERSONAL)
    return {**MEASURES, **{one.key: one for one in map(_declared, rows)}}


def named(keys: Iterable[str]) -> dict[str, Measure]:
    """The catalogue and the attributes among `keys` with their names, archived ones too. No query without any."""
    own = {attribute_of(key) for key in keys if is_attribute(key) and _is_key(attribute_of(key))}
    if not own:
        return dict(MEASURES)
    found = {row.key: _declared(row) for row in AttributeField.objects.filter(key__in=own)}
    return {**MEASURES, **{f"{PREFIX}{key}": found.get(key) or _plain(f"{PREFIX}{key}") for key in sorted(own)}}


def gone(keys: Iterable[str]) -> list[Text]:
    """Names of the attributes among `keys` that accounts have no new values of: archived, personal or never declared."""
    wanted = [key for key in keys if is_attribute(key)]
    there: Mapping[str, Measure] = usable() if wanted else {}
    names = named(wanted)
    return [names[key].name for key in wanted if key not in there]


def is_attribute(key: str) -> bool:
    return key.startswith(PREFIX)


def of_attribute(key: str) -> str:
    """The measure's key of an attribute's.

    >>> of_attribute("stores")
    'attribute:stores'
    """
    return f"{PREFIX}{key}"


def attribute_of(key: str) -> str:
    return key.removeprefix(PREFIX)


def _is_key(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name[:1].isalpha() and len(name) <= 60


def _numeric() -> QuerySet[AttributeField]:
    return AttributeField.objects.filter(kind=AttributeKind.NUMBER)


def _declared(row: AttributeField) -> Measure:
    return attribute(row.key, Text(row.name_en, row.name_ja))


def _plain(key: str) -> Measure:
    return attribute(attribute_of(key), Text(attribute_of(key), attribute_of(key)))
