"""`nenrin refresh`: health brought up to date by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from nenrin.cli.output import fail
from nenrin.foundation import organisation
from nenrin.insight import backfill, refresh


@click.command()
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Also score past days from here, as known then."
)
def command(first: datetime | None) -> None:
    """Score every account for today; with --from also the imported past, once. Stored days never change."""
    at = datetime.now(UTC)
    if first is not None:
        _backfill(first.date(), at)
    click.echo(f"{refresh.run(organisation.today(at), at=at)} accounts scored for {organisation.today(at)}")


def _backfill(first: date, at: datetime) -> None:
    through = refresh.here().scored_through
    last = through or organisation.today(at) - date.resolution
    try:
        done = backfill.backfill(first, last, at=at)
    except (backfill.AlreadyStored, backfill.NotYesterday) as problem:
        fail(str(problem))
    click.echo(f"{done} accounts scored from {first} to {last}, as known on each day")
