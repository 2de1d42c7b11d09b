"""The database's tables, as the migrations say: a new database gets the last state at once, any other step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection as default
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, RunPython, RunSQL, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

#: What a migration may do to the tables is in the state it leads to; what it does beside that is done after them.
TABLES = tuple(
    getattr(operations, name)
    for name in operations.__all__
    if name not in {"RunPython", "RunSQL", "SeparateDatabaseAndState"}
)
BESIDE = (RunPython, RunSQL)
Plan = Sequence[tuple[Migration, bool]]


def bring_up() -> None:
    """Bring the database to this version. Safe to repeat; where there is nothing to do, nothing is written.

    Migrating an empty SQLite file step by step takes fifteen seconds, nearly all of it to imagine states in between.
    """
    plan = plan_of(default)
    if not plan:
        if not is_filled_in(default):  # a process died between the tables and what is filled in after them
            emit_post_migrate_signal(verbosity=0, interactive=False, db=default.alias)
        return
    if default.vendor == "sqlite" and not default.introspection.table_names() and is_plain(plan):
        create(default, plan)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=default.alias)
    else:
        call_command("migrate", verbosity=0, interactive=False)


def plan_of(connection: BaseDatabaseWrapper) -> Plan:
    """The migrations that this database has not seen yet, in order."""
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_filled_in(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether what Django writes after all migrations is there: a content type and its permissions for each model."""
    rows = Permission.objects.using(connection.alias)
    there = set(rows.values_list("content_type__app_label", "content_type__model", "codename"))
    return there >= {
        (model._meta.app_label, model._meta.model_name, name)
        for model in apps.get_models()
        for name in _permissions(model)
    }


def _permissions(model: type[Model]) -> Iterator[str]:
    yield from (get_permission_codename(action, model._meta) for action in model._meta.default_permissions)
    yield from (name for name, _ in model._meta.permissions)


def is_plain(plan: Plan) -> bool:
    """Tell whether the last state says all that these migrations do, but for code and SQL of their own."""
    return all(isinstance(one, (*TABLES, *BESIDE)) for migration, _ in plan for one in migration.operations)


def create(connection: BaseDatabaseWrapper, plan: Plan) -> None:
    """Make the tables of an empty database as all of `plan` would leave them: in one transaction, or not at all.

    Code and SQL of migrations run at the end, in their order, and meet the tables of the last state.
    """
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state()
    with connection.schema_editor(atomic=True) as editor:
        for model in state.apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        for migration, _ in plan:
            for one in migration.operations:
                _beside(one, migration, editor, state)
        editor.create_model(executor.recorder.Migration)
        seen = [executor.recorder.Migration(app=one.app_label, name=one.name) for one, _ in plan]
        executor.recorder.migration_qs.bulk_create(seen)


def _beside(one: Operation, migration: Migration, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
    if isinstance(one, BESIDE):
        one.database_forwards(migration.app_label, editor, state, state)
