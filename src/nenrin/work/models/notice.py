"""What a member should hear of: kept until read, sent on by mail where they wish it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member, WebhookEndpoint
from nenrin.values import Text


class Way(StrEnum):
    """When a notice goes out by a channel. In the app it always stands."""

    OFF = "off"
    ONCE = "once"  # at once, outside quiet hours
    DIGEST = "digest"  # with the others, in the morning


WAYS: dict[Way, Text] = {
    Way.OFF: Text("Off", "送らない"),
    Way.ONCE: Text("At once", "すぐに"),
    Way.DIGEST: Text("Daily digest", "1日1回まとめて"),
}


class Channel(StrEnum):
    """What a notice goes out by. Each has its own columns: `mail`, `mail_at`, `mail_done_at`."""

    MAIL = "mail"
    SLACK = "slack"  # to the channel that the member chose


CHANNELS: dict[Channel, Text] = {Channel.MAIL: Text("E-mail", "メール"), Channel.SLACK: Text("Slack", "Slack")}
_WAYS: list[tuple[str, str]] = [(way.value, way.value) for way in Way]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing for one member. `text` may name people: personal data."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notices")
    code = models.CharField(max_length=60)  # "task.assigned": the part before the dot is what preferences go by
    text = models.JSONField()  # {"en", "ja"}
    url = models.CharField(max_length=500, blank=True)  # of this installation, beginning with /
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    told_by = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=6, choices=_WAYS, default=Way.OFF)
    mail_at = models.DateTimeField(null=True)  # when it goes by mail; null: not at all
    mail_done_at = models.DateTimeField(null=True)  # handed to the outbox, or found read before
    slack = models.CharField(max_length=6, choices=_WAYS, default=Way.OFF)
    slack_at = models.DateTimeField(null=True)
    slack_done_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Notice]] = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="one_notice_a_key")]
        indexes = [
            models.Index(fields=["member", "-created_at"], name="notice_by_member"),
            models.Index(fields=["member"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["mail_at"], name="notice_mail_waits", condition=Q(mail_done_at=None, mail_at__isnull=False)
            ),
            models.Index(
                fields=["slack_at"], name="notice_slack_waits", condition=Q(slack_done_at=None, slack_at__isnull=False)
            ),
        ]

    @property
    def words(self) -> Text:
        return Text(self.text.get("en", ""), self.text.get("ja", ""))


class NoticePreference(models.Model):
    """How a member wants one kind of notice by each channel; kinds without a row follow the kind's own default."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=30)
    mail = models.CharField(max_length=6, choices=_WAYS)
    slack = models.CharField(max_length=6, choices=_WAYS, default=Way.OFF)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="one_way_a_kind")]


class NoticeChannel(models.Model):
    """The Slack channel (an incoming webhook) to which a member's notices go."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="notice_channel")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="+")
