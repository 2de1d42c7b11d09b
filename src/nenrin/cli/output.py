"""How commands speak: tables for people, JSON for programs, one line for a failure."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table

from nenrin.foundation.spreadsheets import defused

#: Of a table that goes to a file or a pipe: no cell is cut there.
WIDTH = 400


def fail(message: str, *, as_json: bool = False) -> NoReturn:
    """Say what is wrong on standard error and leave with status 1."""
    click.echo(json.dumps({"error": message}, ensure_ascii=False) if as_json else f"nenrin: {message}", err=True)
    sys.exit(1)


def say_json(payload: object) -> None:
    click.echo(json.dumps(payload, cls=DjangoJSONEncoder, ensure_ascii=False))


def say_rows(rows: Sequence[Mapping[str, object]], form: str, columns: Sequence[str]) -> None:
    """Rows as a terminal table, CSV or JSON."""
    if form == "json":
        say_json(rows)
    elif form == "csv":
        say_csv(rows, columns)
    else:
        table = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
        Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def say_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: defused(row.get(column)) for column in columns} for row in rows)
