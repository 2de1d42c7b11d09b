"""`nenrin config`: health models as YAML files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from nenrin.analytics.scores.documents import DocumentError, from_dict, to_yaml
from nenrin.cli.output import fail
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion


@click.group()
def command() -> None:
    """Export health models as YAML, or take a changed one in as a draft."""


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the live version of every health model to FOLDER/<key>.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    live: dict[str, HealthModelVersion] = {}
    for row in HealthModelVersion.objects.filter(state="published").order_by("key", "number"):
        live[row.key] = row
    for key, row in live.items():
        (folder / f"{key}.yaml").write_text(to_yaml(from_dict(row.document)))
        click.echo(folder / f"{key}.yaml")


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Make it live from today instead of leaving a draft.")
@click.option("--note", default="", help="Why; shown with the version.")
def draft(file: Path, publish: bool, note: str) -> None:
    """Take a model from FILE as the draft of its key. Every mistake is named by its place."""
    at = datetime.now(UTC)
    try:
        row = health_models.draft(file.read_text(), by=SYSTEM, at=at, note=note)
    except DocumentError as problem:
        fail(f"{file}: {problem}")
    if publish:
        row = health_models.publish(row.key, by=SYSTEM, at=at, note=note)
    click.echo(f"{row} {'live from ' + str(row.live_from) if publish else 'saved as a draft'}")
