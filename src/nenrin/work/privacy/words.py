"""Finding and blanking the words of a person in rows of any table of this room."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast

from nenrin.foundation.models import PersonalPart

ERASED: Final = "—"
M = TypeVar("M", bound=Model)


def naming(rows: QuerySet[M], words: Sequence[str], columns: Sequence[str]) -> QuerySet[M]:
    """Rows whose columns (text or JSON) hold one of the words."""
    found = Q(pk__in=[])
    for column in columns:
        field = rows.model._meta.get_field(column)
        if field.get_internal_type() == "JSONField":
            rows = rows.annotate(**{f"{column}_as_text": Cast(column, CharField())})
            for word in filter(None, words):
                found |= Q(**{f"{column}_as_text__icontains": word})
                found |= Q(**{f"{column}_as_text__icontains": json.dumps(word)[1:-1]})
        else:
            for word in filter(None, words):
                found |= Q(**{f"{column}__icontains": word})
    return rows.filter(found)


def blank(row: Model, columns: Iterable[str], words: Sequence[str]) -> None:
    """Put a dash where these columns name one of the words."""
    for column in columns:
        setattr(row, column, blanked(getattr(row, column), words))


def blanked(value: Any, words: Sequence[str]) -> Any:  # Any: text, or JSON of any depth
    """The same value with a dash for each of the words."""
    if isinstance(value, str):
        named = re.compile("|".join(re.escape(word) for word in words if word), re.IGNORECASE)
        return named.sub(ERASED, value)
    if isinstance(value, dict):
        return {key: blanked(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [blanked(each, words) for each in value]
    return value


def forget_entries(kind: str, keys: Iterable[object], *, at: datetime) -> None:
    """Empty the journal's personal parts about these things."""
    about = PersonalPart.objects.filter(
        entry__references__kind=kind, entry__references__key__in=[str(key) for key in keys]
    )
    PersonalPart.objects.filter(pk__in=list(about.values_list("pk", flat=True))).update(payload={}, erased_at=at)
