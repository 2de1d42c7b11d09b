"""`nenrin sources`: who may send events, with which keys, how fast."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from nenrin.cli.output import fail, say_json, say_rows
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import sources, spool
from nenrin.ingest.models import Source

COLUMNS = ("name", "kind", "namespace", "write_key", "limit", "is_active", "last_event_at", "received", "limited")
json_option = click.option("--json", "as_json", is_flag=True)


@click.group()
def command() -> None:
    """List sources, open one, limit one, give one new keys."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every source with its write key, its limit (events a second, 0: none) and what came of it."""
    received, limited, latest = spool.received(), spool.limited(), spool.latest()
    plain = ("id", "name", "kind", "namespace", "write_key", "limit", "is_active")
    rows = [
        {name: getattr(row, name) for name in plain}
        | {
            "last_event_at": latest.get(row.pk),
            "received": received.get(row.pk, 0),
            "limited": limited.get(row.pk, 0),
        }
        for row in Source.objects.order_by("-is_active", "name")
    ]
    say_json(rows) if as_json else say_rows(rows, "table", COLUMNS)


@command.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(Source.KINDS), default="server", show_default=True)
@click.option("--namespace", default="product", show_default=True, help="Whose group and user ids these are.")
@click.option("--limit", type=click.IntRange(0, 2_000_000_000), default=0, help="Events a second; 0: no limit.")
@json_option
def add(name: str, kind: str, namespace: str, limit: int, as_json: bool) -> None:
    """Open a source and print its keys, the secret one this once."""
    try:
        keys = sources.open(name, kind=kind, namespace=namespace, limit=limit, by=SYSTEM, at=datetime.now(UTC))
    except sources.SourceInUse as problem:
        fail(str(problem), as_json=as_json)
    _say_keys(keys, as_json=as_json)


@command.command()
@click.argument("name")
@click.argument("events", type=click.IntRange(0, 2_000_000_000))
def limit(name: str, events: int) -> None:
    """Let source NAME send at most EVENTS a second; 0 ends the limit. Doors follow within seconds."""
    row = sources.limit(_named(name), events, by=SYSTEM, at=datetime.now(UTC))
    click.echo(f"{row.name}: {f'at most {events:,} events a second' if events else 'no limit'}")


@command.command()
@click.argument("name")
@json_option
def rotate(name: str, as_json: bool) -> None:
    """Print new keys for source NAME; the old ones go on until they are ended on its page or by the API."""
    _say_keys(sources.rotate(_named(name), by=SYSTEM, at=datetime.now(UTC)), as_json=as_json)


def _named(name: str) -> Source:
    row = Source.objects.filter(name=name).first()
    if row is None:
        fail(f"no source {name!r}: `nenrin sources list` has their names")
    return row


def _say_keys(keys: sources.Keys, *, as_json: bool) -> None:
    told = {"source": keys.source.name, "write_key": keys.write_key, "secret_key": keys.secret_key}
    if as_json:
        say_json(told)
        return
    for name, value in told.items():
        click.echo(f"{name}: {value}")
