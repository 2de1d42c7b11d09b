"""`nenrin backtest`: how well a health or risk model told, in the past, what would come."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import click

from nenrin.cli.output import fail, say_json, say_rows
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.insight.backtests import reading, reports, risk_runs, runs

COLUMNS = ("horizon", "rule", "auc", "low", "high", "gain", "accounts_left", "accounts_stayed", "wanting")
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("model")
@click.option("--version", "wanted", default="", help="A number, or draft; default the version in use.")
@click.option("--as-of", type=DAY, default=None, help="Known at the end of this day; default yesterday.")
@click.option("--capacity", type=click.IntRange(1), default=None, help="Accounts the team can look at on one day.")
@click.option("--everyone", is_flag=True, help="The table of all accounts, also those that could not leave.")
@click.option("--json", "as_json", is_flag=True, help="The whole card as JSON.")
def command(
    model: str, wanted: str, as_of: datetime | None, capacity: int | None, everyone: bool, as_json: bool
) -> None:
    """Replay a model over two years and hold what it says against what came: a health model by its key, a risk model
    as risk:churn, risk:involuntary, risk:contraction or risk:expansion.

    Each day is told with what was known on it. Prints the area under the ROC curve by horizon and rule; `wanting`
    says how many more accounts must leave before there is a figure. The result is kept with the version.
    """
    now, day = datetime.now(UTC), as_of.date() if as_of else None
    try:
        told = (_of_risk if model.startswith(reading.RISK) else _of_health)(model, wanted, now, day, capacity)
    except (reading.NoSuchVersion, runs.AheadOfToday, risk_runs.NothingLearned) as problem:
        fail(str(problem), as_json=as_json)
    if told["state"] != "done":
        fail("the backtest could not be computed: see the log", as_json=as_json)
    if as_json:
        say_json(told)
        return
    if told["reason"]:
        click.echo(told["reason"], err=True)
    say_rows(_rows(told["card"] or {}, "everyone" if everyone else "due"), "table", COLUMNS)


def _of_health(model: str, wanted: str, now: datetime, day: date | None, capacity: int | None) -> dict[str, Any]:
    row = runs.ask(reading.version(model, wanted), by=SYSTEM, at=now, as_of=day, capacity=capacity)
    return reports.of(runs.finish(row, lambda: datetime.now(UTC), _told), organisation.today(now))


def _of_risk(model: str, wanted: str, now: datetime, day: date | None, capacity: int | None) -> dict[str, Any]:
    row = risk_runs.ask(reading.risk_version(model, wanted), by=SYSTEM, at=now, as_of=day, capacity=capacity)
    return reports.of_risk(risk_runs.finish(row, lambda: datetime.now(UTC), _told), organisation.today(now))


def _told(done: int, accounts: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} / {accounts:,}", err=True, nl=done >= accounts)


def _rows(card: Mapping[str, Any], among: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for told in card.get(among, ()):
        behind = told["behind"]
        said = {"horizon": told["horizon"], "accounts_left": behind["left"], "accounts_stayed": behind["stayed"]}
        blank = dict.fromkeys(("rule", "auc", "low", "high", "gain"))
        if behind["wanting"]:
            found.append({**said, **blank, "wanting": behind["wanting"]})
        for rule, area in told["areas"].items():
            figures = {"auc": round(area["value"], 3), "low": round(area["low"], 3), "high": round(area["high"], 3)}
            gain = told["gains"].get(rule)
            shown = f"{gain['value']:+.3f} ± {1.96 * gain['error']:.3f}" if gain else None
            found.append({**said, "rule": rule, **figures, "gain": shown, "wanting": 0})
    return found
