from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q

WAYS = [("off", "off"), ("once", "once"), ("digest", "digest")]


def part(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One way for everything becomes one for each channel."""
    preferences = apps.get_model("work", "NoticePreference").objects.order_by()
    notices = apps.get_model("work", "Notice").objects.order_by()
    by_slack = {"mail_at": None, "mail_done_at": None, "slack_at": F("mail_at"), "slack_done_at": F("mail_done_at")}
    notices.filter(mail="slack").update(mail="off", slack="once", **by_slack)
    preferences.filter(mail="slack").update(mail="off", slack="once")
    for rows in (notices, preferences):
        rows.filter(mail="app").update(mail="off")
        rows.filter(mail="mail").update(mail="once")


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0013_play_effects"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="notice", name="notice_waiting"),
        migrations.RenameField(model_name="notice", old_name="way", new_name="mail"),
        migrations.RenameField(model_name="notice", old_name="send_at", new_name="mail_at"),
        migrations.RenameField(model_name="notice", old_name="sent_at", new_name="mail_done_at"),
        migrations.RenameField(model_name="noticepreference", old_name="way", new_name="mail"),
        migrations.AlterField(
            model_name="notice", name="mail", field=models.CharField(choices=WAYS, default="off", max_length=6)
        ),
        migrations.AlterField(
            model_name="noticepreference", name="mail", field=models.CharField(choices=WAYS, max_length=6)
        ),
        migrations.AddField(
            model_name="notice", name="slack", field=models.CharField(choices=WAYS, default="off", max_length=6)
        ),
        migrations.AddField(model_name="notice", name="slack_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="notice", name="slack_done_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="noticepreference",
            name="slack",
            field=models.CharField(choices=WAYS, default="off", max_length=6),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["mail_at"], name="notice_mail_waits", condition=Q(mail_done_at=None, mail_at__isnull=False)
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["slack_at"], name="notice_slack_waits", condition=Q(slack_done_at=None, slack_at__isnull=False)
            ),
        ),
        migrations.RunPython(part, migrations.RunPython.noop),
    ]
