"""`nenrin config`: health models as YAML files: out, previewed, and in again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.analytics.scores.models import HealthModel
from nenrin.cli.output import fail
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.previewing import differences, preview

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Export health models as YAML, see what a changed one would do, take it in."""


@command.command()
@click.argument("folder", type=FOLDER)
def export(folder: Path) -> None:
    """Write the live version of every health model to FOLDER/<key>.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in health_models.listed():
        if one.live:
            target = folder / f"{one.key}.yaml"
            target.write_text(documents.to_yaml(one.model), encoding="utf-8")
            click.echo(target)


@command.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Make them live from today instead of leaving drafts.")
@click.option("--note", default="", help="Why; shown with the versions.")
def import_(folder: Path, publish: bool, note: str) -> None:
    """Take every FOLDER/*.yaml that differs from what is live. All are read first: one mistake, and none is taken."""
    read = [(file, _read(file)) for file in sorted(folder.glob("*.yaml"))]
    if not read:
        fail(f"{folder}: no .yaml file in it")
    for file, model in read:
        if model == _live(model.key):
            click.echo(f"{file}: unchanged")
        else:
            _take(file, model, publish=publish, note=note)


@command.command()
@click.argument("file", type=FILE)
@click.option("--publish", is_flag=True, help="Make it live from today instead of leaving a draft.")
@click.option("--note", default="", help="Why; shown with the version.")
def draft(file: Path, publish: bool, note: str) -> None:
    """Take a model from FILE as the draft of its key. Every mistake is named by its place."""
    _take(file, _read(file), publish=publish, note=note)


@command.command("preview")
@click.argument("file", type=FILE)
def preview_(file: Path) -> None:
    """Print what FILE changes against the live version, and which accounts would change colour. Nothing is kept."""
    model = _read(file)
    live = _live(model.key)
    for line in differences.between(live, model) if live else []:
        click.echo(f"{line.what.en}: {line.before.en} -> {line.after.en}")
    seen = preview.of(model, at=datetime.now(UTC))
    click.echo(f"{len(seen.changed)} of {seen.taken} accounts change colour: {seen.worse} worse, {seen.better} better")
    for change in seen.changed:
        scores = f"{change.score_before} -> {change.score_after}"
        click.echo(f"  {change.name}: {change.before} -> {change.after} ({scores}): {change.why.en}")


@command.command()
@click.argument("key")
@click.option("--note", default="", help="Why; shown with the version.")
def publish(key: str, note: str) -> None:
    """Make the draft of a model live from today."""
    try:
        row = health_models.publish(key, by=SYSTEM, at=datetime.now(UTC), note=note)
    except (health_models.NoDraft, DocumentError) as problem:
        fail(f"{key}: {problem}")
    click.echo(f"{row} live from {row.live_from}")


@command.command("roll-back")
@click.argument("key")
@click.argument("number", type=int)
@click.option("--note", default="", help="Why; shown with the version.")
def roll_back(key: str, number: int, note: str) -> None:
    """Publish an earlier version of a model anew."""
    row = HealthModelVersion.objects.filter(key=key, number=number, state="published", is_withdrawn=False).first()
    if row is None:
        fail(f"no published version {number} of {key}")
    try:
        live = health_models.roll_back(row, by=SYSTEM, at=datetime.now(UTC), note=note)
    except DocumentError as problem:
        fail(f"{key}: {problem}")
    click.echo(f"{live} live from {live.live_from}")


def _read(file: Path) -> HealthModel:
    try:
        return health_models.checked(documents.from_yaml(file.read_text(encoding="utf-8")))
    except (DocumentError, UnicodeDecodeError) as problem:
        fail(f"{file}: {problem}")


def _live(key: str) -> HealthModel | None:
    return next((one.model for one in health_models.listed() if one.key == key and one.live), None)


def _take(file: Path, model: HealthModel, *, publish: bool, note: str) -> None:
    at = datetime.now(UTC)
    row = health_models.draft(documents.to_dict(model), by=SYSTEM, at=at, note=note)
    if publish:
        row = health_models.publish(row.key, by=SYSTEM, at=at, note=note)
    click.echo(f"{file}: {row} {f'live from {row.live_from}' if publish else 'saved as a draft'}")
