"""The one organisation of this installation, and its days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Organisation
from nenrin.foundation.refusals import NotInstalled

#: What was read within `read_once`, by name; None outside of it.
_read: ContextVar[dict[str, Any] | None] = ContextVar("organisation", default=None)
T = TypeVar("T")


@contextmanager
def read_once() -> Iterator[None]:
    """Within it the row, and whatever else is asked for by `once`, is read once: for a request that only looks, whose
    every part asks for zone and currency."""
    held = _read.set({})
    try:
        yield
    finally:
        _read.reset(held)


def once(what: str, read: Callable[[], T]) -> T:
    """What `read` finds; within `read_once` it is read the first time only."""
    held = _read.get()
    if held is None:
        return read()
    if what not in held:
        held[what] = read()
    found: T = held[what]
    return found


def current() -> Organisation:
    """The organisation's row. Raises NotInstalled on a home that `nenrin init` has not seen."""
    return once("organisation", _found)


def _found() -> Organisation:
    found = Organisation.objects.filter(pk=1).first()
    if found is None:
        raise NotInstalled("this home has no organisation yet: run `nenrin init` first")
    return found


def found(name: str, *, at: datetime, **fields: object) -> Organisation:
    """Create the organisation. Raises ValueError where there is one."""
    if Organisation.objects.exists():
        raise ValueError("there is an organisation already: one installation, one organisation")
    return Organisation.objects.create(pk=1, name=name, created_at=at, **fields)


def change(*, by: Actor, at: datetime, **fields: object) -> Organisation:
    """Change the organisation's settings; journal: foundation.organisation.changed."""
    organisation = _found()
    before = {name: getattr(organisation, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return organisation
    Organisation.objects.filter(pk=1).update(**changed)
    particulars = {
        "changes": {name: [before[name], value] for name, value in changed.items()},
        "fields": ", ".join(changed),
    }
    journal.record("foundation.organisation.changed", actor=by, at=at, particulars=particulars)
    return _found()


def zone() -> ZoneInfo:
    return ZoneInfo(current().zone)


def today(at: datetime) -> date:
    """The organisation's day at an instant."""
    return day_of(at, zone())
