"""`nenrin secrets`: a new key for stored passwords, and everything closed with it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from nenrin.cli.output import fail
from nenrin.foundation import sealed
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import sending
from nenrin.foundation.webhooks import endpoints


@click.command()
@click.option("--rotate", is_flag=True, help="Make a new key and close every stored secret with it.")
def command(rotate: bool) -> None:
    """Close stored passwords, webhook addresses and signing secrets with the newest key. Safe to repeat.

    Earlier keys stay in `sealing.key`, so that a backup still opens; take their lines out once none is needed.
    """
    if rotate:
        try:
            click.echo(f"new key {sealed.renew()}")
        except sealed.KeysGiven as given:
            fail(str(given))
    at = datetime.now(UTC)
    click.echo(f"{sending.reseal(by=SYSTEM, at=at)} secrets of mail, {endpoints.reseal()} webhooks closed anew")
