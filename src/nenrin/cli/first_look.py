"""`nenrin first-look`: today's churn, retention and lifetime value from one file of contracts, without any set-up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.utils import translation

from nenrin.cli.output import fail, say_json
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.dates import Order
from nenrin.ingest.files.mappings import BadMapping, FileMapping
from nenrin.ingest.imports import refusal_text
from nenrin.insight.first_look import documents, looking, reading
from nenrin.insight.first_look.caveats import caveats
from nenrin.insight.first_look.looking import Assumed, Look
from nenrin.insight.first_look.reading import NEEDS, Unclear
from nenrin.web.first_look import words
from nenrin.web.first_look.standalone import page

DAY = click.DateTime(["%Y-%m-%d"])
SHARE = click.FloatRange(0.01, 1)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ROWS_SAID = 10


@click.command()
@click.argument("file", type=FILE)
@click.option("--mapping", "mapping_file", type=FILE, help="Mapping as YAML, as for imports.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=COLUMN", help="Which column fills a field.")
@click.option("--as-of", type=DAY, default=None, help="The day looked at; default today.")
@click.option("--ends", type=click.Choice(["leaves", "renews"]), default=None,
              help="What the end of a term without a successor means; guessed from the columns when left out.")  # fmt: skip
@click.option(
    "--dates", type=click.Choice([order.value for order in Order]), default=None, help="How dates are written."
)
@click.option("--currency", default="JPY", show_default=True, help="Of rows that name none.")
@click.option("--margin", type=SHARE, default=0.8, show_default=True, help="Gross margin, an assumption.")
@click.option("--discount", type=SHARE, default=0.1, show_default=True, help="Discount rate a year, an assumption.")
@click.option("--zone", default="Asia/Tokyo", show_default=True, help="Where days begin.")
@click.option("--lang", type=click.Choice(["ja", "en"]), default="en", show_default=True)
@click.option("--html", "html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON; money in minor units.")
def command(
    file: Path, mapping_file: Path | None, columns: tuple[str, ...], as_of: datetime | None, dates: str | None, lang: str,
    html: Path | None, as_json: bool, **assumed: object,
) -> None:  # fmt: skip
    """Tell today's churn, NRR and LTV from FILE, a CSV or Excel list of contracts.

    Nothing is set up and nothing is written but what you ask for. One row is one contract or one term of it: whose it
    is, when it starts, what it costs, and when it ended. Past contracts belong in the file: a list of today's
    customers alone cannot tell churn.
    """
    given = Assumed(**assumed)  # type: ignore[arg-type]  # click gives each its type
    try:
        ZoneInfo(given.zone)
        mapping = _asked(_mapping(file, mapping_file, columns, dates), file, is_person=_is_person(as_json))
        found = looking.look(file, mapping, as_of.date() if as_of else _today(given.zone), given)
    except (safety.Refused, tables.BadHeader, BadMapping, Unclear) as problem:
        text = problem.text if isinstance(problem, Unclear) else refusal_text(problem)
        fail(f"{file.name}: {text.in_(lang)}{_remedy(problem)}", as_json=as_json)
    except (KeyError, ValueError) as problem:
        fail(f"--zone {given.zone}: {problem}", as_json=as_json)
    if html:
        with translation.override(lang):
            html.write_text(page(found, lang), encoding="utf-8")
    if as_json:
        say_json(documents.document(found))
    else:
        _say(found, lang)


def _is_person(as_json: bool) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not as_json


def _today(zone: str) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def _mapping(file: Path, given: Path | None, columns: Sequence[str], dates: str | None) -> FileMapping:
    """From the mapping file, else by the names of the columns; both with what was said on the command line."""
    mapping = mappings.from_yaml(given.read_text(encoding="utf-8")) if given else reading.proposed(file)
    pairs = [each.partition("=") for each in columns]
    for field, mark, column in pairs:
        if not mark or not column or field not in {of.key for of in reading.FIELDS}:
            known = ", ".join(of.key for of in reading.FIELDS)
            raise BadMapping(f"--column {field}{mark}{column}: expected FIELD=COLUMN with FIELD one of {known}")
    mapping = reading.assigned(mapping, {field: column for field, _, column in pairs})
    return replace(mapping, order=Order(dates)) if dates else mapping


def _asked(mapping: FileMapping, file: Path, *, is_person: bool) -> FileMapping:
    """What no column's name told is asked of a person; a program gets the refusal."""
    missing = reading.lacking(mapping) if is_person else []
    header = tables.opened(file, mapping.reading).header if missing else ()
    for need in missing:
        text, fields = NEEDS[need]
        for place, name in enumerate(header, start=1):
            click.echo(f"  {place:>3}  {name}")
        chosen = click.prompt(f"Which column says {text.en}? Its number", type=click.IntRange(1, len(header)))
        mapping = reading.assigned(mapping, {fields[-1] if need == "account" else fields[0]: header[chosen - 1]})
    return mapping


def _remedy(problem: Exception) -> str:
    if not isinstance(problem, Unclear):
        return ""
    return "\n  Say which: " + " ".join(f"--column {NEEDS[need][1][0]}=COLUMN" for need in problem.missing)


def _say(found: Look, lang: str) -> None:
    click.echo(words.head(found).in_(lang))
    for line in words.lines(found):
        click.echo(f"  {line.name.in_(lang)}: {line.value.in_(lang)}  {line.reach.in_(lang)}".rstrip())
    click.echo("")
    for each in caveats(found):
        click.echo(f"{'!' if each.weight == 'error' else '-'} {each.text.in_(lang)}")
    for mark in found.settled.marked:
        click.echo(f"  {mark.mark}: {words.rows(mark.rows).in_(lang)}")
    for left in found.told.left[:ROWS_SAID]:
        for problem in left.problems:
            click.echo(f"  {words.problem(left.number, problem).in_(lang)}", err=True)
    if (more := len(found.told.left) - ROWS_SAID) > 0:
        click.echo(f"  ... {more} more: --json names {documents.ROWS_SHOWN}", err=True)
