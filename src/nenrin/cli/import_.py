"""`nenrin import`: a file into accounts, contacts, subscriptions, tickets, answers, invoices, costs, hours or events."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from django.db import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nenrin.cli.output import fail, say_json
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import imports
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.encodings import CHOICES
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.mappings import BadMapping, FileMapping
from nenrin.ingest.importing import rejected, remembered
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State

_READ = 1 << 20
_REFUSALS = (safety.Refused, tables.BadHeader, BadMapping, imports.TooLarge, imports.WrongState)


@click.command()
@click.argument("kind", type=click.Choice([*KINDS, "all"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "mapping_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Mapping as YAML; without one, columns are found by their names or as last time.")  # fmt: skip
@click.option("--source", default="", help="Who gives these files; mappings are remembered by source.")
@click.option("--known", "known_word", default="", metavar="POLICY",
              help="When its rows could be known: `arrival`, `lag:DAYS` (history) or `column:NAME`; else as the mapping says.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Read and try every row, write nothing.")
@click.option("--encoding", default="", help=f"One of {', '.join(CHOICES)}; detected when left out.")
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write rejected rows to this CSV file."
)
@click.option("--strict", is_flag=True, help="Exit with status 1 where a row was rejected.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    kind: str, file: Path, mapping_file: Path | None, source: str, dry_run: bool, encoding: str, as_json: bool,
    rejects: Path | None, strict: bool, known_word: str,
) -> None:  # fmt: skip
    """Import FILE (CSV or .xlsx) as KIND; `all` runs every pass of the mapping file, in its order.

    The same file again changes nothing: rows are known by their key. A killed import goes on when the command, or
    the worker, runs again. Undo one on its page.
    """
    organisation.current()
    try:
        passes = _passes(kind, mapping_file, source, encoding, file)
        if known_word:
            passes = [replace(one, known=_known(known_word)) for one in passes]
        if dry_run:
            passes = [replace(one, before=tuple(passes[:place])) for place, one in enumerate(passes)]
        rows = [_imported(wanted, file, as_json=as_json, dry_run=dry_run) for wanted in passes]
    except _REFUSALS as problem:
        fail(f"{file.name}: {imports.refusal_text(problem).en}", as_json=as_json)
    if rejects:
        _write_rejects(rows, rejects)
    told = [_told(row) for row in rows]
    if as_json:
        say_json(told[0] if kind != "all" else told)
    else:
        for row in rows:
            _say(row)
    is_bad = any(row.state == State.FAILED or (strict and row.rejected) for row in rows)
    sys.exit(1 if is_bad else 0)


def _write_rejects(rows: Sequence[Import], path: Path) -> None:
    """One file a pass, for each has columns and a mapping of its own: `rejects.csv`, or `rejects-accounts.csv` ..."""
    for row in rows:
        rejected.write(row, path if len(rows) == 1 else path.with_stem(f"{path.stem}-{row.kind}"))


def _passes(kind: str, file: Path | None, source: str, encoding: str, content: Path) -> list[FileMapping]:
    """The mappings to run; a bare kind where the file's own columns are to be found by name."""
    if file is None:
        if kind == "all":
            raise BadMapping("`all` needs --mapping with the passes to run")
        return [_chosen(_found(kind, source, encoding, content), source, encoding)]
    found = mappings.all_from_yaml(file.read_text(encoding="utf-8"))
    wanted = [one for one in found if kind in ("all", one.kind or kind)]
    if not wanted:
        raise BadMapping(f"{file.name} has no mapping for {kind}: it has {', '.join(one.kind for one in found)}")
    return [_chosen(replace(one, kind=one.kind or kind), source, encoding) for one in wanted]


def _known(word: str) -> mappings.Known:
    """`arrival`, `lag:0` or `column:登録日`. Raises BadMapping."""
    policy, _, rest = word.partition(":")
    told: dict[str, Any] = {"policy": policy}
    if policy == "lag":
        told["days"] = _whole(rest)
    elif rest:
        told["column"] = rest
    return mappings.known_when(told)


def _whole(word: str) -> int | str:
    return int(word) if word.isascii() and word.isdigit() else word or 0


def _found(kind: str, source: str, encoding: str, content: Path) -> FileMapping:
    name = source or "command line"
    before = remembered.find(name, kind)
    table = tables.opened(content, before.reading if before else tables.Reading(encoding=encoding))
    if before and before.columns() <= set(table.header):
        return before
    return mappings.suggested(kind, KINDS[kind].fields, table.header, source=name)


def _chosen(mapping: FileMapping, source: str, encoding: str) -> FileMapping:
    name = source or mapping.source or "command line"
    reading = replace(mapping.reading, encoding=encoding) if encoding else mapping.reading
    return replace(mapping, source=name, reading=reading)


def _imported(mapping: FileMapping, file: Path, *, as_json: bool, dry_run: bool) -> Import:
    row = imports.upload(
        mapping.kind, source=mapping.source, name=file.name, content=_content(file), by=SYSTEM, at=_now()
    )
    imports.assign(row, mapping, by=SYSTEM, at=_now())
    (imports.check if dry_run else imports.start)(row, by=SYSTEM, at=_now())
    _work(row, quiet=as_json)
    if dry_run:
        imports.discard(row)
    return row


def _content(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(_READ):
            yield chunk


def _work(row: Import, *, quiet: bool) -> None:
    """Work on this import until it is over, whoever does it: a running worker may have claimed it first."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(f"{row.kind} from {row.name}", total=None)
        while row.is_at_work:
            try:
                if not imports.work_on(row.pk, _now()):
                    time.sleep(0.2)
                row.refresh_from_db()
            except OperationalError as problem:
                fail(
                    f"the database does not answer ({problem}); import {row.pk} goes on with the worker", as_json=quiet
                )
            progress.update(task, completed=row.rows_done, total=row.rows_total)


def _now() -> datetime:
    return datetime.now(UTC)


def _told(row: Import) -> dict[str, Any]:
    counts = ("rows_total", "created", "updated", "unchanged", "rejected")
    rejects = [{"row": r.number, "problems": r.problems} for r in row.rejects.order_by("number")[:20]]
    told = {"import": row.pk, "kind": row.kind, "file": row.name, "state": row.state} | {
        n: getattr(row, n) for n in counts
    }
    return told | {"notes": [n["en"] for n in row.notes], "problem": row.problem.get("en", ""), "rejects": rejects}


def _say(row: Import) -> None:
    if row.state == State.FAILED:
        click.echo(f"nenrin: {row.problem.get('en')}", err=True)
    what = "would be " if row.state == State.CHECKED else ""
    click.echo(
        f"{row.kind}: {row.rows_total or 0} rows {what}read: {row.created} new, {row.updated} changed,"
        f" {row.unchanged} unchanged, {row.rejected} rejected  (import {row.pk})"
    )
    for note in row.notes:
        click.echo(f"  {note['en']}", err=True)
    _say_rejects(list(row.rejects.order_by("number")[:10]), row.rejected)


def _say_rejects(rejects: Sequence[Any], count: int) -> None:
    for reject in rejects:
        for problem in reject.problems:
            where = f"column {problem['column']}" if problem["column"] else "the row"
            click.echo(f"  row {reject.number}, {where}: {problem['value']!r}; expected {problem['en']}", err=True)
    if count > len(rejects):
        click.echo(f"  ... and {count - len(rejects)} more: --rejects FILE writes them all", err=True)
