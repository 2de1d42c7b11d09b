"""`nenrin report`: reports as files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import click

from nenrin.analytics.revenue.periods import Grain
from nenrin.cli.output import fail
from nenrin.foundation import organisation
from nenrin.insight.executive.dashboard import dashboard
from nenrin.insight.executive.questions import NoSuchSlice, ask
from nenrin.insight.prints import executive as printed
from nenrin.insight.prints import powerpoint
from nenrin.insight.prints.setting import CannotPrint
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.work import losses

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Write a report to a file."""


@command.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write: .pdf, or .pptx for slides.",
)
@click.option("--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@click.option("--as-of", type=DAY, default=None, help="The period that holds this day, up to its end; default today.")
@click.option("--known-at", type=DAY, default=None, help="With what was known at the end of another day.")
@click.option("--period", "grain", type=click.Choice(get_args(Grain)), default="month", show_default=True)
@click.option("--by", type=click.Choice(list(DIMENSIONS)), default=None, help="With --slice: one part only.")
@click.option("--slice", "key", default="", help="The part's key: a tier, a plan, a segment's number ...")
def executive(
    out: Path, lang: str, as_of: datetime | None, known_at: datetime | None, grain: Grain, by: str | None, key: str
) -> None:
    """The executive dashboard as a PDF with fonts for both languages inside, or as slides (a name that ends with .pptx)."""
    at = datetime.now(UTC)
    today = organisation.today(at)
    day, known = _day(as_of) or today, _day(known_at)
    if max(day, known or day) > today:
        fail(f"{max(day, known or day)} lies ahead of today ({today}): nothing is known of it yet")
    try:
        board = dashboard(ask(day, today, known=known, grain=grain, by=by or "", key=key), losses.told)
        made = powerpoint.pptx if out.suffix.lower() == ".pptx" else printed.pdf
        out.write_bytes(made(board, lang, at))
    except (NoSuchSlice, CannotPrint, OSError) as problem:
        fail(str(problem))
    click.echo(f"{out}: {out.stat().st_size:,} bytes")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
