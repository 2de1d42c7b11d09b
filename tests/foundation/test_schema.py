"""A new database gets the tables of the last state at once: the same that all migrations lead to, one by one."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from nenrin.foundation import schema

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"] != "nenrin.foundation.sqlite", reason="SQLite only"),
]
BRING_UP = "import django; django.setup(); from nenrin.foundation import schema; schema.bring_up(); schema.bring_up()"
NAMES = "select app, name from django_migrations order by app, name"
SHAPE = "select type, name, tbl_name, coalesce(sql, '') from sqlite_master where type <> 'trigger'"
TRIGGERS = "select name from sqlite_master where type = 'trigger' order by name"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A database that was brought up from nothing; the tests' own was migrated step by step."""
    home = tmp_path_factory.mktemp("fresh")
    env = {**os.environ, "NENRIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}
    subprocess.run([sys.executable, "-c", BRING_UP], env=env, check=True, timeout=120)
    found = sqlite3.connect(Path(home) / "nenrin.sqlite3")
    yield found
    found.close()


def test_a_new_database_gets_the_tables_and_indexes_that_migrating_step_by_step_makes(fresh) -> None:
    assert _shape(fresh.execute(SHAPE).fetchall()) == _shape(_asked(SHAPE))


def test_what_migrations_do_beside_the_tables_is_done_too(fresh) -> None:
    # The tests' own database may delete from the journal, so that they can begin anew.
    assert {("entry_no_change",), ("entry_no_delete",), *_asked(TRIGGERS)} == set(fresh.execute(TRIGGERS).fetchall())


def test_a_new_database_counts_as_migrated_and_has_what_migrating_fills_in(fresh) -> None:
    assert fresh.execute(NAMES).fetchall() == _asked(NAMES)
    for table in ("django_content_type", "auth_permission"):
        count = f"select count(*) from {table}"
        assert fresh.execute(count).fetchall() == _asked(count)


KILLED = """
import os, django; django.setup()
from nenrin.foundation import schema
def die(*args, **options):
    os._exit(9)
schema.emit_post_migrate_signal = die
schema.bring_up()
"""


def test_what_a_killed_process_did_not_fill_in_is_filled_in_at_the_next_start(fresh, tmp_path) -> None:
    env = {**os.environ, "NENRIN_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}
    assert subprocess.run([sys.executable, "-c", KILLED], env=env, timeout=120).returncode == 9
    torn = sqlite3.connect(tmp_path / "nenrin.sqlite3")
    count = "select count(*) from auth_permission"
    assert torn.execute(NAMES).fetchall() == fresh.execute(NAMES).fetchall(), "its tables are all there"
    assert torn.execute(count).fetchone() == (0,)
    subprocess.run([sys.executable, "-c", BRING_UP], env=env, check=True, timeout=120)
    assert torn.execute(count).fetchone() == fresh.execute(count).fetchone()
    torn.close()


def test_a_half_filled_database_is_filled_up_and_a_whole_one_is_left_alone(monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(schema, "emit_post_migrate_signal", lambda **told: sent.append(told["db"]))
    schema.bring_up()
    assert sent == [] and schema.is_filled_in(connection)
    Permission.objects.filter(content_type__app_label="work").order_by("pk").last().delete()
    schema.bring_up()
    assert sent == ["default"]


def test_no_migration_does_what_the_last_state_would_not_say() -> None:
    migrations = MigrationLoader(None).disk_migrations.values()

    assert schema.is_plain([(one, False) for one in migrations if one.app_label in _ours()])


def _ours() -> set[str]:
    return {name.rpartition(".")[2] for name in settings.INSTALLED_APPS if name.startswith("nenrin.")}


def _asked(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _shape(rows: list[tuple[object, ...]]) -> dict[tuple[str, str, str], object]:
    """What the file says of its tables, indexes and triggers; the order of a table's columns is nobody's business."""
    told = ((str(kind), str(name), str(table), str(sql)) for kind, name, table, sql in rows)
    return {(kind, name, table): _said(kind, re.sub(r'[\s"]+', " ", sql)) for kind, name, table, sql in told}


def _said(kind: str, sql: str) -> object:
    """A table's definition as its clauses in alphabetical order: split at the commas outside brackets."""
    if kind != "table":
        return sql
    inner, depth, clauses = sql.partition("(")[2].rpartition(")")[0], 0, [""]
    for letter in inner:
        depth += (letter == "(") - (letter == ")")
        clauses = [*clauses, ""] if letter == "," and not depth else [*clauses[:-1], clauses[-1] + letter]
    return sorted(re.sub(r"\s*([(),])\s*", r"\1", clause).strip() for clause in clauses)
