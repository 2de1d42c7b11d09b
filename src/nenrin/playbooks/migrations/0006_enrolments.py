import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count, Max


def count_what_stands(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was written down so far is what there is a run of."""
    runs = apps.get_model("playbooks", "Run").objects.order_by()
    enrolments = apps.get_model("playbooks", "Enrolment").objects
    told = runs.values_list("playbook").annotate(n=Count("pk"), last=Max("entered_at"))
    enrolments.bulk_create(
        enrolments.model(playbook_id=playbook, count=count, at=last) for playbook, count, last in told
    )


class Migration(migrations.Migration):
    dependencies = [
        ("playbooks", "0005_short_looks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "playbook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="playbooks.playbook"
                    ),
                ),
            ],
        ),
        migrations.RunPython(count_what_stands, migrations.RunPython.noop),
    ]
