"""Lists by cursor: a page knows where it ended, so that rows added meanwhile shift nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db import models
from django.db.models import Q, QuerySet
from ninja import Field, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, StringConstraints

LARGEST_ID = 2**63 - 1
M = TypeVar("M", bound=models.Model)
S = TypeVar("S")
#: Text of a query: no control characters, which one of the databases refuses.
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
#: A key that somebody gives a new row, which then stands in addresses.
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Strict(Schema):
    """A body: an unknown field is refused, so that a typing error is no silent loss."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[S]):
    """`next` is the cursor of the following page; null on the last."""

    items: list[S]
    next: str | None


class Window(Schema):
    """Which part of a list, in which order (a field, with - before it for descending)."""

    limit: int = Field(50, ge=1, le=200)
    cursor: Word = ""
    sort: Word = "id"


def page(rows: QuerySet[M], window: Window, sorts: set[str], shown: Callable[[list[M]], list[S]]) -> dict[str, Any]:
    """One page of rows; raises HttpError 400 for an unknown order or a cursor that is not one of ours.

    Rows without a value in the field of the order are left out (a date that is not there has no place in a row of dates).
    """
    name, backwards = window.sort.removeprefix("-"), window.sort.startswith("-")
    if name not in sorts:
        raise HttpError(400, f"sort: one of {', '.join(sorted(sorts))}, with - before it for descending")
    rows = rows.filter(**{f"{name}__isnull": False}) if name != "id" else rows
    rows = rows.order_by(*(f"{'-' if backwards else ''}{column}" for column in dict.fromkeys((name, "id"))))
    if window.cursor:
        rows = rows.filter(_beyond(rows.model, name, backwards, window.cursor))
    found = list(rows[: window.limit + 1])
    kept = found[: window.limit]
    return {"items": shown(kept), "next": _cursor(kept[-1], name) if len(found) > window.limit else None}


def _cursor(row: models.Model, name: str) -> str:
    value = _field(type(row), name).value_to_string(row)
    return base64.urlsafe_b64encode(json.dumps([name, value, row.pk]).encode()).decode().rstrip("=")


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


def _beyond(model: type[models.Model], name: str, backwards: bool, cursor: str) -> Q:
    try:
        said, value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = _field(model, name).to_python(value)
        if said != name or not isinstance(key, int) or abs(key) > LARGEST_ID or "\0" in str(value) or value is None:
            raise ValueError(cursor)
    except Exception:  # whatever is wrong with a cursor, it is not one that this list gave
        raise HttpError(400, "cursor: not one that this list gave; begin without") from None
    way = "lt" if backwards else "gt"
    return Q(**{f"{name}__{way}": value}) | Q(**{name: value, f"id__{way}": key})


def expected(if_match: str | None, version: int | None) -> int | None:
    """The version that the client saw: from If-Match ("3" or W/"3"), else from the body. None: whatever stands."""
    if if_match is None or if_match.strip() == "*":
        return version
    plain = if_match.strip().removeprefix("W/").strip('"')
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise HttpError(400, 'If-Match: expected the ETag of the last answer, such as "3"')
    return int(plain)
