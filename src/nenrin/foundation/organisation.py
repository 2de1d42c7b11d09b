"""The one organisation of this installation, and its days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Organisation
from nenrin.foundation.refusals import NotInstalled


def current() -> Organisation:
    """The organisation's row. Raises NotInstalled on a home that `nenrin init` has not seen."""
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
    organisation = current()
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
    return current()


def zone() -> ZoneInfo:
    return ZoneInfo(current().zone)


def today(at: datetime) -> date:
    """The organisation's day at an instant."""
    return day_of(at, zone())
