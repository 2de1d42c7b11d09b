"""Forms over verbs: the verb checks, the form shows; a conflict shows both sides and keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.fields import Field
from nenrin.foundation import format
from nenrin.foundation.models import Entry
from nenrin.values import Text
from nenrin.web.components import Change


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people's edits of one thing; `version` is the one that stands."""

    changes: list[Change]
    who: str
    at: object
    version: int


def day_field(label: object, **options: Any) -> forms.DateField:
    """A day, with the browser's own picker."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=options.pop("required", False), widget=widget, **options)  # type: ignore[arg-type]


def name_fields(form: forms.Form, table: Mapping[str, Field]) -> None:
    """The labels of the room's own fields, in the reader's language."""
    for name, field in form.fields.items():
        if name in table:
            field.label = table[name].label.in_(get_language() or "ja")


def attempt(form: forms.Form, deed: Callable[[], object], entries: Callable[[], Any] | None = None) -> Clash | bool:
    """Do the deed: True when done, False when the form now says why not, a Clash where somebody else was quicker."""
    try:
        deed()
    except Refused as refused:
        refuse(form, refused)
        return False
    except Conflict as conflict:
        return clash(form, conflict, entries() if entries else None)
    return True


def refuse(form: forms.Form, refused: Refused) -> None:
    """Say each fault at its field, or above the form where it has none."""
    language = get_language() or "ja"
    for fault in refused.faults:
        name = next(
            (n for n in (fault.field, fault.field.replace(".", "_"), fault.field.split(".")[0]) if n in form.fields),
            None,
        )
        form.add_error(name, fault.text.in_(language))


def clash(form: forms.Form, conflict: Conflict, last: Entry | None) -> Clash:
    """Both sides of the fields on which they differ."""
    changes = [
        Change(_label(form, name), _said(theirs), _said(conflict.mine.get(name)))
        for name, theirs in conflict.theirs.items()
        if name in conflict.mine and _said(theirs) != _said(conflict.mine[name])
    ]
    somebody = Text("Somebody", "他のメンバー").in_(get_language() or "ja")
    who = last.particulars.get("by", somebody) if last else somebody
    return Clash(changes, str(who), last.recorded_at if last else None, conflict.stands)


def _label(form: forms.Form, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else name


def _said(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return format.day(value, get_language() or "ja")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def last_entry(**about: Any) -> Entry | None:
    """Who wrote last about this, from the journal."""
    return Entry.objects.filter(**about).order_by("-id").first()


def version_of(given: Mapping[str, Any]) -> int | None:
    """The version that the form was opened with."""
    value = str(given.get("version", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
