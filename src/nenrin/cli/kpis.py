"""`nenrin kpis`: the revenue KPIs of the period that holds a day, as known at its end, and of those before it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import click

from nenrin.analytics.revenue.periods import Grain
from nenrin.cli.output import fail, say_rows
from nenrin.foundation import organisation
from nenrin.insight.revenue import books, locks, policies, trends
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.values import Period

COLUMNS = ("kpi", "slice", "value", "unit", "n", "low", "high", "from", "to", "known", "policy", "by", "slice_name_en",
           "slice_name_ja")  # fmt: skip
DAY = click.DateTime(["%Y-%m-%d"])
MOST = 60  # periods at once, as by REST


@click.command()
@click.option("--as-of", type=DAY, default=None, help="The period that holds this day, up to its end; default today.")
@click.option("--known-at", type=DAY, default=None, help="With what was known at the end of another day.")
@click.option("--period", "grain", type=click.Choice(get_args(Grain)), default="month", show_default=True)
@click.option("--periods", type=click.IntRange(1, MOST), default=1, show_default=True,
              help="So many in a row, the one of --as-of last.")  # fmt: skip
@click.option("--by", type=click.Choice(list(DIMENSIONS)), default=None, help="Also for every slice.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    as_of: datetime | None, known_at: datetime | None, grain: Grain, periods: int, by: str | None, form: str, as_json: bool
) -> None:  # fmt: skip
    """Print churn, retention, renewals, growth and unit economics.

    A blank value means not enough data: `n` says how many stand behind it. `low` and `high` are the 95 % interval.
    `slice` is empty (null in JSON) for all accounts and `none` for those without one. A closed period is told as it was closed, unless --known-at names a day. `policy` is the version of the metric policy under which it was counted.
    With --periods the oldest comes first; amounts that were told in another currency than the last period's are blank.
    """
    today = organisation.today(datetime.now(UTC))
    day = _day(as_of) or today
    latest = max(day, _day(known_at) or day)
    if latest > today:
        fail(f"{latest} lies ahead of today ({today}): nothing is known of it yet", as_json=as_json)
    fiscal = policies.fiscal()
    last = books.period(day, grain, fiscal)
    known, closed = (told, ()) if (told := _day(known_at)) else locks.knowing(last.end - timedelta(days=1), day)
    held = Closed(books.ledger(known), None, closed)
    rows = [
        row
        for each in [*fiscal.series(last, grain, periods)[:-1], last]
        for row in _rows(held, each, last, grain, by or "")
    ]
    say_rows(rows, "json" if as_json else form, COLUMNS)


def _rows(held: Closed, period: Period, last: Period, grain: Grain, by: str) -> list[dict[str, object]]:
    ledger = held.telling(period)
    stamp = {"from": period.start, "to": period.end, "known": ledger.known, "policy": ledger.policy.version}
    return [{**asdict(row), **stamp} for row in trends.rows(held, period, last, grain, by)]


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
