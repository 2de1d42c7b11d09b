"""`nenrin health`: every account's health as of a day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import click

from nenrin.cli.output import fail, say_rows
from nenrin.foundation import organisation
from nenrin.insight import queries

COLUMNS = ("account", "name", "as_of", "band", "score", "today", "coverage", "since", "model", "basis")
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--as-of", type=DAY, default=None, help="Known at the end of this day; default today.")
@click.option("--known-at", type=DAY, default=None, help="With what was known at the end of another day: recomputed.")
@click.option("--model", default=None, help="Under one model version, as KEY:NUMBER: recomputed.")
@click.option("--all", "everyone", is_flag=True, help="Also those who have left, after the judged, in the band `lost`.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def command(
    as_of: datetime | None, known_at: datetime | None, model: str | None, everyone: bool, form: str
) -> None:  # fmt: skip
    """Print every judged account's health, worst first.

    `basis` says whether a row is what people saw that day ("shown") or what is computed now ("recomputed"). Days are
    the organisation's. Where there is no row, standard error says why; and how many have left, where --all does not
    list them.
    """
    today = organisation.today(datetime.now(UTC))
    day = _day(as_of) or today
    try:
        table = queries.health_table(day, _day(known_at), model)
    except queries.NoSuchVersion as problem:
        fail(str(problem))
    if not table.rows:
        zone = str(organisation.zone())
        click.echo(f"nenrin: {queries.why_empty(day, _day(known_at) or day, today, zone)}", err=True)
    lost = queries.lost(day, but={row.account for row in table.rows})
    if lost and not everyone:
        click.echo(f"nenrin: {len(lost):,} lost accounts are left out; --all lists them", err=True)
    rows: list[queries.HealthRow | queries.LostRow] = [*table.rows, *(lost if everyone else ())]
    say_rows([asdict(row) for row in rows], form, COLUMNS)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
