"""Where families stand in a draw is written down. Those of an installation that has or had a universal group keep the place
that followed from their hash, so that nobody changes sides, also when a group that stands still is taken up again."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone

from nenrin.analytics.effects import assignment

HIGHEST = 20


def keep_the_group(apps: Any, schema_editor: Any) -> None:
    has_group = apps.get_model("playbooks", "UniversalHoldout").objects.filter(share__gt=0).exists()
    if not has_group and not apps.get_model("playbooks", "UniversalExposure").objects.exists():
        return
    parents = dict(apps.get_model("customers", "Account").objects.values_list("pk", "parent_id"))
    tops = set()
    for account in parents:
        for _ in range(HIGHEST):
            if not parents.get(account):
                break
            account = parents[account]
        tops.add(account)
    place = apps.get_model("playbooks", "HoldoutPlace")
    now = timezone.now()
    place.objects.bulk_create(
        [
            place(draw="universal", cluster=top, stratum="", number=n, place=assignment.point("universal", top), at=now)
            for n, top in enumerate(sorted(tops))
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_renewal_forecasts"), ("playbooks", "0007_tallies_and_pauses")]

    operations = [
        migrations.CreateModel(
            name="HoldoutPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("draw", models.CharField(max_length=100)),
                ("cluster", models.BigIntegerField()),
                ("stratum", models.CharField(blank=True, max_length=80)),
                ("number", models.PositiveIntegerField()),
                ("place", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "cluster"), name="one_place_a_family"),
                    models.UniqueConstraint(fields=("draw", "stratum", "number"), name="one_family_a_number"),
                ],
            },
        ),
        migrations.RunPython(keep_the_group, migrations.RunPython.noop),
    ]
