"""`nenrin intake`: what came in and where it is now."""

from __future__ import annotations

import click

from nenrin.cli.output import say_json, say_rows
from nenrin.ingest import conservation, lakes

COLUMNS = ("source", "received", "stored", "duplicate", "quarantined", "pending", "limited")


@click.command()
@click.option("--json", "as_json", is_flag=True)
def command(as_json: bool) -> None:
    """Print the conservation law, in total and by source: received = stored + duplicate + quarantined + pending.

    `limited` counts events that were refused for their number, at least; clients send them again. Status 1 where the
    law does not hold.
    """
    sources = conservation.law(lakes.current())
    total = sources.pop("total")
    if as_json:
        say_json({"total": total, "sources": sources})
    else:
        say_rows([{"source": name, **row} for name, row in [*sources.items(), ("total", total)]], "table", COLUMNS)
    if not conservation.holds(total):
        raise SystemExit(1)
