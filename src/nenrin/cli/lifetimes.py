"""`nenrin lifetimes`: how long customers stay and what that is worth, as of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal

import click

from nenrin.cli.output import say_json, say_rows
from nenrin.foundation import organisation
from nenrin.insight.lifetimes import assumed, books, buyers, levels, reports
from nenrin.insight.lifetimes import values as lifetimes

COLUMNS = ("tier", "term_months", "customers", "losses", "model", "new_customer", "low", "high", "still_to_come", "reason")  # fmt: skip
DAY = click.DateTime(["%Y-%m-%d"])
SHARE = click.FloatRange(0.01, 1)


@click.command()
@click.option("--as-of", type=DAY, default=None, help="Known at the end of this day; default today.")
@click.option("--by", type=click.Choice(["tier", "all", "plan"]), default="tier", show_default=True)
@click.option("--margin", type=SHARE, default=None, help="Gross margin; default the metric policy's.")
@click.option("--discount", type=SHARE, default=None, help="Discount rate a year; default the metric policy's.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: with curves, all models and levels.")
def command(
    as_of: datetime | None, by: Literal["tier", "all", "plan"], margin: float | None, discount: float | None, form: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Print lifetime value by tier and length of term, the largest part first; money in minor units.

    A part with too few customers or losses has a reason instead of a value.
    """
    day = _day(as_of)
    currency = organisation.current().currency
    given = assumed.given(organisation.today(datetime.now(UTC)), margin, discount)
    book = books.read(day)
    parts = lifetimes.slices(book, currency, given, by)
    told = [reports.of_part(part, levels.levels(part, book, currency, given)) for part in parts]
    if as_json or form == "json":
        bought = reports.of_buyers(buyers.read(book, currency))
        say_json({"as_of": day, "currency": currency, "margin": given.margin, "discount": given.discount, "items": told,
                  "without_contract": bought})  # fmt: skip
    else:
        say_rows([_row(one) for one in told], form, COLUMNS)


def _day(given: datetime | None) -> date:
    today = organisation.today(datetime.now(UTC))
    return min(given.date(), today) if given else today


def _row(told: dict[str, Any]) -> dict[str, object]:
    new, book = told["new_customer"], told["still_to_come"]
    return {
        **{name: told[name] for name in ("tier", "term_months", "customers", "losses", "reason")},
        "model": told["models"][0]["kind"] if told["models"] else None,
        "new_customer": round(new["value"]) if new else None,
        "low": round(new["low"]) if new else None,
        "high": round(new["high"]) if new else None,
        "still_to_come": round(book["value"]) if book else None,
    }
