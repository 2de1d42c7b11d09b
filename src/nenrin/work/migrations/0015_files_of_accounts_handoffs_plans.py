import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_contract_facts"),
        ("work", "0014_notices_by_channel"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="attachment",
            name="one_holder_a_file",
        ),
        migrations.AddField(
            model_name="attachment",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="customers.account",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="handoff",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="work.handoff"
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="opportunity",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="work.opportunity",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="success_plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="work.successplan",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", False),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", False),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", False),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", False),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", False),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", False),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", False),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", False),
                        ("handoff__isnull", True),
                        ("mail__isnull", True),
                        ("meeting__isnull", True),
                        ("opportunity__isnull", True),
                        ("success_plan__isnull", True),
                        ("task__isnull", True),
                        ("touch__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="one_holder_a_file",
            ),
        ),
    ]
