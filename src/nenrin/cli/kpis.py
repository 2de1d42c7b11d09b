"""`nenrin kpis`: the revenue KPIs of the period that holds a day, as known at its end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import click

from nenrin.analytics.revenue.periods import Grain
from nenrin.cli.output import fail, say_rows
from nenrin.foundation import organisation
from nenrin.insight.revenue import books, kpis, locks
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.insight.revenue.slices import DIMENSIONS

COLUMNS = ("kpi", "slice", "value", "unit", "n", "low", "high", "from", "to", "known", "policy", "by", "slice_name_en",
           "slice_name_ja")  # fmt: skip
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--as-of", type=DAY, default=None, help="The period that holds this day, up to its end; default today.")
@click.option("--known-at", type=DAY, default=None, help="With what was known at the end of another day.")
@click.option("--period", "grain", type=click.Choice(get_args(Grain)), default="month", show_default=True)
@click.option("--by", type=click.Choice(list(DIMENSIONS)), default=None, help="Also for every slice.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    as_of: datetime | None, known_at: datetime | None, grain: Grain, by: str | None, form: str, as_json: bool
) -> None:
    """Print churn, retention, renewals, growth and unit economics.

    A blank value means not enough data: `n` says how many stand behind it. `low` and `high` are the 95 % interval.
    `slice` is empty (null in JSON) for all accounts and `none` for those without one. A closed period is told as it was closed, unless --known-at names a day. `policy` is the version of the metric policy under which it was counted.
    """
    today = organisation.today(datetime.now(UTC))
    day = _day(as_of) or today
    latest = max(day, _day(known_at) or day)
    if latest > today:
        fail(f"{latest} lies ahead of today ({today}): nothing is known of it yet", as_json=as_json)
    period = books.period(day, grain)
    known = _day(known_at) or locks.knowing(period.end - timedelta(days=1), day)[0]
    ledger = books.ledger(known)
    slices = revenue_slices.slices(ledger, by, period) if by else []
    stamp = {"from": period.start, "to": period.end, "known": known, "policy": ledger.policy.version}
    rows = [{**asdict(row), **stamp} for row in kpis.rows(ledger, period, grain, slices, by or "")]
    say_rows(rows, "json" if as_json else form, COLUMNS)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
