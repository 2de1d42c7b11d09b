"""`nenrin init`: a home with database, organisation, first administrator, first source and keys."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import click
from django.conf import settings
from django.db import transaction

from nenrin.cli.output import fail
from nenrin.customers import days
from nenrin.foundation import members, organisation, schema, tokens
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import sources
from nenrin.insight import health_models
from nenrin.insight.start import answers
from nenrin.insight.start.focus import PROBLEMS, TEAMS
from nenrin.values import Text

_FIRST = Text("Administrator", "管理者")


@click.command()
@click.option("--name", default="Nenrin", help="The organisation's name.")
@click.option("--email", default="admin@example.com", help="The first administrator's e-mail address.")
@click.option("--password", default=None, help="Their password; made up and printed when left out.")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@click.option("--zone", default="Asia/Tokyo", show_default=True, help="IANA time zone that defines day and month.")
@click.option("--currency", default="JPY", show_default=True)
@click.option(
    "--fiscal-start", type=click.IntRange(1, 12), default=4, show_default=True, help="First month of the fiscal year."
)
@click.option(
    "--problem", type=click.Choice(list(PROBLEMS)), default=None, help="The greatest one: what the menu shows."
)
@click.option(
    "--team", type=click.Choice(list(TEAMS)), default=None, help="People in customer success; with --problem."
)
@click.option("--json", "as_json", is_flag=True, help="Print the keys as JSON.")
def command(as_json: bool, problem: str | None, team: str | None, **wanted: Any) -> None:
    """Create everything a new installation needs and print its keys, once.

    Safe to call on a home that exists: it then changes nothing and fails with status 1. The two questions of the first page
    can be answered here, or there.
    """
    if bool(problem) != bool(team):
        raise click.UsageError("--problem and --team go together")
    schema.bring_up()
    if (there := Organisation.objects.first()) is not None:
        fail(_taken(there), as_json=as_json)
    keys = create(at=datetime.now(UTC), **wanted)
    if problem and team:
        answers.answer(problem, team, by=SYSTEM, at=datetime.now(UTC))
    click.echo(json.dumps(keys) if as_json else _in_words(keys))


def _taken(there: Organisation) -> str:
    if there.is_demo:
        return f"{settings.HOME} holds the demo: set NENRIN_HOME to a folder of your own, such as ./company"
    return f"{settings.HOME} is initialised already; `nenrin users invite` lets people in, `users reset` in again"


def create(
    *,
    at: datetime,
    name: str,
    email: str,
    password: str | None,
    language: str,
    zone: str,
    currency: str,
    fiscal_start: int,
) -> dict[str, Any]:
    """The first rows: organisation, administrator with an API token, default health models, one source."""
    password = password or secrets.token_urlsafe(12)
    with transaction.atomic():
        organisation.found(
            name, at=at, language=language, zone=zone, currency=currency, fiscal_start_month=fiscal_start
        )
        admin = members.add(
            email=email,
            name=_FIRST.in_(language),
            role=Role.ADMINISTRATOR,
            by=SYSTEM,
            at=at,
            password=password,
            language=language,
        )
        token = tokens.issue(admin, "first token", at=at, by=SYSTEM, can_write=True)
        source = sources.open("product", by=SYSTEM, at=at)
        days.install(by=SYSTEM, at=at)
        health_models.install(at=at)
    return {
        "admin": {"email": admin.email, "password": password},
        "write_key": source.write_key,
        "secret_key": source.secret_key,
        "api_token": token,
    }


def _in_words(keys: dict[str, Any]) -> str:
    admin = keys["admin"]
    return (
        f"Sign in as    {admin['email']}\npassword      {admin['password']}\n"
        f"write key     {keys['write_key']}   (browsers and servers send events with it)\n"
        f"secret key    {keys['secret_key']}   (servers only; its traits are trusted)\n"
        f"API token     {keys['api_token']}\nNone of these is shown again. Next: nenrin serve --with-worker"
    )
