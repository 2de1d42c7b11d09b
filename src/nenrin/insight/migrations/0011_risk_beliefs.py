from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_renewal_forecasts"),
        ("insight", "0010_board_comments_and_report_readers"),
    ]

    operations = [
        migrations.AddField(
            model_name="riskmodelversion",
            name="believed_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="riskmodelversion",
            name="believed_on",
            field=models.DateField(null=True),
        ),
        migrations.CreateModel(
            name="RiskBelief",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField()),
                ("lasting", models.FloatField()),
                ("fading", models.FloatField()),
                ("lasting_var", models.FloatField()),
                ("fading_var", models.FloatField()),
                ("between", models.FloatField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="customers.account",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="insight.riskmodelversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["version", "as_of"], name="beliefs_of_a_version")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "version", "as_of"), name="one_belief_an_evening")
                ],
            },
        ),
    ]
