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
    """How a notice reaches its member besides the app."""

    APP = "app"
    MAIL = "mail"  # at once, outside quiet hours
    DIGEST = "digest"  # with the others, in the morning
    SLACK = "slack"  # at once, outside quiet hours, to the channel that the member chose


WAYS: dict[Way, Text] = {
    Way.APP: Text("In the app only", "アプリ内のみ"),
    Way.MAIL: Text("E-mail at once", "メールですぐに"),
    Way.DIGEST: Text("Daily e-mail", "1日1通のメール"),
    Way.SLACK: Text("Slack at once", "Slackですぐに"),
}


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
    way = models.CharField(max_length=6, choices=[(w.value, w.value) for w in Way], default=Way.APP)
    send_at = models.DateTimeField(null=True)  # when it goes by mail; null: not at all
    sent_at = models.DateTimeField(null=True)  # handed to the outbox, or found read before

    objects: ClassVar[models.Manager[Notice]] = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="one_notice_a_key")]
        indexes = [
            models.Index(fields=["member", "-created_at"], name="notice_by_member"),
            models.Index(fields=["member"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["send_at"], name="notice_waiting", condition=Q(sent_at__isnull=True, send_at__isnull=False)
            ),
        ]

    @property
    def words(self) -> Text:
        return Text(self.text.get("en", ""), self.text.get("ja", ""))


class NoticePreference(models.Model):
    """How a member wants one kind of notice; kinds without a row follow the kind's own default."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=30)
    way = models.CharField(max_length=6, choices=[(w.value, w.value) for w in Way])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="one_way_a_kind")]


class NoticeChannel(models.Model):
    """The Slack channel (an incoming webhook) to which a member's notices go."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="notice_channel")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="+")
