"""`nenrin retention`: how long customers stay, by group, as of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from nenrin.cli.output import say_json, say_rows
from nenrin.foundation import organisation
from nenrin.insight.lifetimes import books
from nenrin.insight.retention import curves, factors, reports
from nenrin.insight.retention.curves import Group
from nenrin.insight.retention.stays import WAYS, By

MONTHS = (6, 12, 24, 36)
COLUMNS = ("group", "customers", "losses", *(f"left_{month}" for month in MONTHS), "reason")
DAY = click.DateTime(["%Y-%m-%d"])
BY = click.Choice([way for way in WAYS if way != "segment"])


@click.command()
@click.option("--as-of", type=DAY, default=None, help="Known at the end of this day; default today.")
@click.option("--by", type=BY, default="tier", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: every month, log-rank test, factors.")
def command(as_of: datetime | None, by: By, form: str, as_json: bool) -> None:
    """Print the share of customers left after 6, 12, 24 and 36 months, the largest group first.

    A group with too few customers has a reason instead of a curve.
    """
    day = _day(as_of)
    book = books.read(day)
    found = curves.read(book, by)
    if as_json or form == "json":
        told = reports.of_factors(factors.read(book, organisation.current().currency))
        say_json({"as_of": day, **reports.of_retention(found), "factors": told})
    else:
        say_rows([_row(one) for one in found.groups], form, COLUMNS)


def _day(given: datetime | None) -> date:
    today = organisation.today(datetime.now(UTC))
    return min(given.date(), today) if given else today


def _row(group: Group) -> dict[str, Any]:
    shares = {f"left_{month}": share and round(share[0], 4) for month in MONTHS for share in [group.share(month)]}
    reason = "" if group.curve else f"needs {curves.LEAST_CUSTOMERS} customers"
    return {"group": group.key, "customers": len(group.stays), "losses": group.losses, **shares, "reason": reason}
