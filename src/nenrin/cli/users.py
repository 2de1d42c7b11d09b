"""`nenrin users`: let people in and out without a mail server."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from django.conf import settings
from django.db.models import F

from nenrin.cli.output import fail, say_json, say_rows
from nenrin.foundation import members, second_steps
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Team
from nenrin.foundation.roles import Role

COLUMNS = ("email", "name", "role", "team_name", "is_active", "last_login")


@click.group()
def command() -> None:
    """Invite, list, promote and deactivate members."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """Everyone, with role and team."""
    shown = list(Member.objects.values("email", "name", "role", "is_active", "last_login", team_name=F("team__name")))
    say_json(shown) if as_json else say_rows(shown, "table", COLUMNS)


@command.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--team", default="")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja")
def invite(email: str, name: str, role: str, team: str, language: str) -> None:
    """Add a member and print the link by which they set a password; valid for a week, once."""
    at = datetime.now(UTC)
    group = Team.objects.get_or_create(name=team)[0] if team else None
    try:
        member = members.add(email=email, name=name, role=Role(role), by=SYSTEM, at=at, team=group, language=language)
    except ValueError as problem:
        fail(str(problem))
    _say_link(members.invite(member, by=SYSTEM, at=at))


@command.command()
@click.argument("email")
def reset(email: str) -> None:
    """Print a link by which a member sets a new password. Their sessions end when it is used."""
    _say_link(members.invite(_member(email), by=SYSTEM, at=datetime.now(UTC), purpose="reset"))


@command.command()
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def promote(email: str, role: str) -> None:
    """Give a member another role: the way back in when no administrator is left."""
    try:
        members.change(_member(email), by=SYSTEM, at=datetime.now(UTC), role=Role(role))
    except members.LastAdministrator as problem:
        fail(str(problem))


@command.command("forget-second-step")
@click.argument("email")
def forget_second_step(email: str) -> None:
    """Take a member's authenticator app and recovery codes away: the way back in when the phone is lost."""
    if not second_steps.forget(_member(email), by=SYSTEM, at=datetime.now(UTC)):
        fail(f"{email} has no second step")
    click.echo(f"{email} signs in by the password alone, and may set up two-step sign-in anew")


@command.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """End a member's sessions, tokens and sign-in."""
    try:
        members.deactivate(_member(email), by=SYSTEM, at=datetime.now(UTC))
    except members.LastAdministrator as problem:
        fail(str(problem))


def _member(email: str) -> Member:
    found = Member.objects.filter(email__iexact=email).first()
    if found is None:
        fail(f"{email} is no member; `nenrin users list` shows all")
    return found


def _say_link(secret: str) -> None:
    click.echo(f"{settings.BASE_URL}/invitations/{secret}")
