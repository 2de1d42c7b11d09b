"""`nenrin risk`: who will probably leave or grow, as of a day; `nenrin risk learn`: learn the models now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from nenrin.cli.output import fail, say_json, say_rows
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.insight.models import RiskModelVersion
from nenrin.insight.refresh import here
from nenrin.insight.risk import forecasts, learning, reports, runs

COLUMNS = ("rank", "account_id", "account", "tier", "mrr_minor", "p30", "p90", "p180", "p365", "low90", "high90", "reasons")  # fmt: skip
MONTHS = ("begins", "ends", "basis", "expected", "low", "high", "actual", "is_within")
DAY = click.DateTime(["%Y-%m-%d"])
EVENT = click.Choice(learning.EVENTS)
FORM = click.Choice(["table", "csv", "json"])


@click.group(invoke_without_command=True)
@click.option(
    "--as-of", type=DAY, default=None, help="As said then, or recomputed from what that day knew; default now."
)
@click.option("--event", type=EVENT, default="churn", show_default=True)
@click.option("--format", "form", type=FORM, default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
def command(ctx: click.Context, as_of: datetime | None, event: str, form: str, as_json: bool) -> None:
    """Print every account's probability of leaving or growing, the highest first.

    With too few events probabilities stay empty: the order and the ranges are what can be said.
    """
    if ctx.invoked_subcommand:
        return
    day = as_of.date() if as_of else None
    if day and day > _today():
        fail(f"{day} is not over yet: ask for a day up to today", as_json=as_json)
    found = reports.report(event, day)
    if as_json or form == "json":
        say_json(asdict(found))
        return
    if found.reason:
        click.echo(found.reason, err=True)
    say_rows([_row(item) for item in found.items], form, COLUMNS)


def _today() -> date:
    return organisation.today(_now())


def _row(item: dict[str, Any]) -> dict[str, object]:
    at = {one["days"]: one for one in item["horizons"]}
    reasons = "; ".join(f"{one['feature']}={one['value']} ({one['log_odds']:+.2f})" for one in item["reasons"][:3])
    return {
        **{name: item[name] for name in COLUMNS[:5]},
        **{f"p{days}": one["probability"] for days, one in at.items()},
        "low90": at[90]["low"],
        "high90": at[90]["high"],
        "reasons": reasons,
    }


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def learn(as_json: bool) -> None:
    """Learn new models from what the last closed day knew, use those that may be used, and tell everybody's risk."""
    try:
        row = runs.ask(by=SYSTEM, at=_now())
    except runs.NoDayClosed as problem:
        fail(str(problem), as_json=as_json)
    row = runs.finish(row, _now)
    if row.state == "failed":
        fail(row.reason, as_json=as_json)
    made = RiskModelVersion.objects.filter(pk__in=row.made).order_by("pk")
    rows = [reports.of_version(one) for one in made]
    if as_json:
        say_json({"as_of": row.known_on, "told": row.told, "models": rows})
        return
    for one in rows:
        click.echo(f"{one['event']} v{one['number']}: {one['state']}, {one['card'].get('events', 0)} events")
    click.echo(f"{row.told} probabilities told as known at the end of {row.known_on}")


def _now() -> datetime:
    return datetime.now(UTC)


@command.command()
@click.option("--event", type=EVENT, default="churn", show_default=True)
@click.option("--format", "form", type=FORM, default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def forecast(event: str, form: str, as_json: bool) -> None:
    """Print expected MRR lost or won by month, and earlier months against what came; minor units."""
    known = here().scored_through or _today() - timedelta(1)
    found = reports.of_forecast(forecasts.forecast(event, known))
    if as_json or form == "json":
        say_json(found)
        return
    if found["reason"]:
        click.echo(found["reason"], err=True)
    blank = dict.fromkeys(("actual", "is_within"))
    rows = [*found["held"], *({**blank, "basis": "ahead", **one} for one in found["ahead"])]
    say_rows([{name: row[name] for name in MONTHS} for row in rows], form, MONTHS)
