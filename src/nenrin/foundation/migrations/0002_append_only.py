"""The database itself refuses to delete journal entries or to change sealed ones."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER entry_no_delete BEFORE DELETE ON foundation_entry
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER entry_no_change BEFORE UPDATE ON foundation_entry WHEN OLD.sequence IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
]
POSTGRES = [
    """CREATE FUNCTION foundation_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE TRIGGER entry_no_delete BEFORE DELETE ON foundation_entry
       FOR EACH ROW EXECUTE FUNCTION foundation_entry_append_only()""",
    """CREATE TRIGGER entry_no_change BEFORE UPDATE ON foundation_entry
       FOR EACH ROW WHEN (OLD.sequence IS NOT NULL) EXECUTE FUNCTION foundation_entry_append_only()""",
]


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON foundation_entry"
    for name in ("entry_no_delete", "entry_no_change"):
        schema_editor.execute(f"DROP TRIGGER {name}{on}")


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
