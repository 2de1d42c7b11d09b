"""`nenrin intake`: what came in and where it is now."""

from __future__ import annotations

import click

from nenrin.cli.output import say_json, say_rows
from nenrin.ingest import conservation

COLUMNS = ("source", "received", "stored", "duplicate", "quarantined", "pending", "limited")


@click.command()
@click.option("--json", "as_json", is_flag=True)
def command(as_json: bool) -> None:
    """Print the conservation law, in total and by source: received = stored + duplicate + quarantined + pending.

    `limited` counts events that were refused for their number, at least; clients send them again. Status 1 where the
    law does not hold.
    """
    law = conservation.law()
    if as_json:
        say_json(law)
    else:
        rows = [{"source": name, **counts} for name, counts in law["sources"].items()]
        say_rows([*rows, {"source": "total", **law["total"]}], "table", COLUMNS)
    total = law["total"]
    kept = total["stored"] + total["duplicate"] + total["quarantined"] + total["pending"]
    if total["received"] != kept:
        raise SystemExit(1)
