"""Teams: open, rename, close. A closed team's members stay, without a team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Team


class TeamExists(ValueError):
    """A team has this name already: choose another."""


def open(name: str, *, by: Actor, at: datetime) -> Team:
    """A new team. Raises TeamExists. Journal: foundation.team.opened."""
    name = _free(name)
    with transaction.atomic():
        team = Team.objects.create(name=name)
        _note("opened", team, by, at)
    return team


def rename(team: Team, name: str, *, by: Actor, at: datetime) -> Team:
    """Give a team another name. Raises TeamExists. Journal: foundation.team.renamed."""
    if name.strip() == team.name:
        return team
    before, team.name = team.name, _free(name)
    with transaction.atomic():
        team.save(update_fields=["name"])
        _note("renamed", team, by, at, before=before)
    return team


def close(team: Team, *, by: Actor, at: datetime) -> None:
    """Dissolve a team; its members belong to none. Journal: foundation.team.closed."""
    with transaction.atomic():
        _note("closed", team, by, at)
        team.delete()


def _free(name: str) -> str:
    name = name.strip()
    if not name or Team.objects.filter(name__iexact=name).exists():
        raise TeamExists(f"“{name}”: a team needs a name of its own")
    return name


def _note(verb: str, team: Team, by: Actor, at: datetime, **particulars: object) -> None:
    about = {"name": team.name, **particulars}
    journal.record(f"foundation.team.{verb}", actor=by, at=at, subject=("team", team.pk), particulars=about)
