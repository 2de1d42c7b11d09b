"""`nenrin upgrade`: the database follows the code."""

from __future__ import annotations

import click
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from nenrin.cli.output import fail


def refuse_newer() -> MigrationExecutor:
    """Fail where the database has seen migrations that this version does not know."""
    executor = MigrationExecutor(connection)
    unknown = [name for name in executor.loader.applied_migrations if name not in executor.loader.disk_migrations]
    # A library's migrations may be squashed away by its upgrade; ours come with our own versions.
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("nenrin.")}
    unknown = [name for name in unknown if name[0] in ours]
    if unknown:
        newest = ", ".join(".".join(name) for name in sorted(unknown)[:3])
        fail(f"this database belongs to a newer version ({newest}): install that version, or restore a backup")
    return executor


@click.command()
@click.option("--check", is_flag=True, help="Only say whether there is something to do; status 1 if so.")
def command(check: bool) -> None:
    """Bring the database to this version. Safe to repeat; an interrupted upgrade goes on where it was."""
    executor = refuse_newer()
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if check and plan:
        fail(f"{len(plan)} migrations to run: nenrin upgrade")
    call_command("migrate", verbosity=0, interactive=False)
    click.echo(f"{len(plan)} migrations run" if plan else "up to date")
