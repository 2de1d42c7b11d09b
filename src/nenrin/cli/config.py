"""`nenrin config`: the configuration as files: out, looked at, in at once, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from nenrin.cli.output import fail, say_json, say_rows
from nenrin.foundation.actors import SYSTEM
from nenrin.playbooks.configuration import applying, bundles, plans
from nenrin.playbooks.configuration.bundles import Bundle
from nenrin.playbooks.configuration.plans import Change, Plan
from nenrin.playbooks.models import ConfigurationChange

PATH = click.Path(exists=True, path_type=Path)
SIGNS = {"new": "+", "changed": "~", "gone": "-"}
COLOURS = {"+": "green", "-": "red", "@": "cyan"}
prune_option = click.option("--prune", is_flag=True, help="Also put away what is live and not in FOLDER.")
json_option = click.option("--json", "as_json", is_flag=True)


@click.group()
def command() -> None:
    """Segments, health models, templates and playbooks as YAML files.

    FOLDER holds a folder for each kind: segments, health-models, task-templates, agenda-templates, mail-templates,
    onboarding-templates, plan-templates, policies, playbooks, journeys, events.
    """


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write everything that is live to FOLDER/<kind>/<key>.yaml."""
    for file in bundles.write(bundles.live(), folder):
        click.echo(file)


@command.command()
@click.argument("path", type=PATH)
@prune_option
@json_option
def plan(path: Path, prune: bool, as_json: bool) -> None:
    """Tell what taking PATH (a folder, or one file in a kind's folder) would change. Nothing is kept.

    Status 1 where a document cannot be taken, or would overwrite somebody's unpublished draft.
    """
    found = plans.plan(_read(path), by=SYSTEM, at=datetime.now(UTC), prune=prune)
    say_json(_plain(found)) if as_json else _show(found)
    if found.problems or found.conflicts:
        raise SystemExit(1)


@command.command()
@click.argument("path", type=PATH)
@click.option("--plan", "seen", default=None, help="Only if this plan still holds: its digest, as `plan` prints it.")
@click.option("--note", default="", help="Why; shown with every version and in the journal.")
@prune_option
@click.option("--force", is_flag=True, help="Also overwrite drafts that somebody has not published yet.")
def apply(path: Path, seen: str | None, note: str, prune: bool, force: bool) -> None:
    """Take PATH in: every document that differs, all or none."""
    try:
        now = datetime.now(UTC)
        row = applying.apply(_read(path), by=SYSTEM, at=now, note=note, prune=prune, seen=seen, force=force)
    except applying.Refused as refusal:
        fail("nothing was changed:\n" + "\n".join(f"  {one}" for one in refusal.problems))
    except applying.Moved as moved:
        fail(str(moved))
    _done(row)


@command.command()
@click.argument("number", type=int, required=False)
@click.option("--force", is_flag=True, help="Also overwrite what somebody changed since.")
def rollback(number: int | None, force: bool) -> None:
    """Put back what stood before configuration NUMBER (the latest) was taken in."""
    try:
        row = applying.roll_back(number, by=SYSTEM, at=datetime.now(UTC), force=force)
    except applying.NothingToUndo as none:
        fail(str(none))
    except applying.Refused as refusal:
        fail("nothing was changed:\n" + "\n".join(f"  {one}" for one in refusal.problems))
    _done(row)


@command.command()
@json_option
def history(as_json: bool) -> None:
    """List what was taken in: when, by whom, why, how many documents."""
    rows = [
        {"number": row.number, "at": row.at.isoformat(timespec="seconds"), "by": row.by, "note": row.note,
         "documents": len(row.documents), "undone_by": row.undone_by.number if row.undone_by else None}
        for row in ConfigurationChange.objects.select_related("undone_by")
    ]  # fmt: skip
    if as_json:
        say_json(rows)
    else:
        say_rows(rows, "table", ("number", "at", "by", "note", "documents", "undone_by"))


def _read(path: Path) -> Bundle:
    try:
        return bundles.read(path)
    except bundles.Unreadable as problem:
        fail(str(problem))


def _done(row: ConfigurationChange | None) -> None:
    if row is None:
        click.echo("nothing differs from what is live")
        return
    for one in row.documents:
        click.echo(f"{one['kind']}/{one['key']}: {'put away' if one['after'] is None else 'live'}")
    click.echo(f"configuration #{row.number}; `nenrin config rollback {row.number}` takes it back")


def _show(found: Plan) -> None:
    for change in found.changes:
        _show_change(change)
    click.echo(f"{len(found.changes)} to change, {found.unchanged} unchanged; plan {found.digest}")


def _show_change(change: Change) -> None:
    click.secho(f"{SIGNS[change.what]} {change.kind.folder}/{change.key} ({change.what})", bold=True)
    for line in change.difference[2:]:
        click.secho(f"    {line}", fg=COLOURS.get(line[:1]))
    for effect in change.effects:
        click.echo(f"  > {effect.en}")
    for conflict in change.conflicts:
        click.secho(f"  ! {conflict.en}", fg="yellow")
    for problem in change.problems:
        click.secho(f"  ! {problem}", fg="red")


def _plain(found: Plan) -> dict[str, object]:
    changes = [
        {"kind": one.kind.folder, "key": one.key, "what": one.what, "difference": one.difference,
         "effects": [{"en": effect.en, "ja": effect.ja} for effect in one.effects], "problems": list(one.problems),
         "conflicts": [{"en": told.en, "ja": told.ja} for told in one.conflicts]}
        for one in found.changes
    ]  # fmt: skip
    return {"plan": found.digest, "unchanged": found.unchanged, "changes": changes}
