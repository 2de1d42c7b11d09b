from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0007_mails_by_origin"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="has_whole_menu",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="organisation",
            name="begins_with",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="organisation",
            name="has_whole_menu",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="organisation",
            name="problem",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="organisation",
            name="team_size",
            field=models.CharField(blank=True, max_length=10),
        ),
    ]
