"""Where other systems are told of what happens, and every telling as a row."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models
from django.db.models import Q

from nenrin.values import Text


class EndpointKind(StrEnum):
    STANDARD = "standard"  # Standard Webhooks: JSON, signed
    SLACK = "slack"  # an incoming webhook: one text


class WebhookEndpoint(models.Model):
    """An address of another system. The address and the signing secrets are sealed (foundation.sealed)."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, default=EndpointKind.STANDARD)
    address = models.TextField()  # sealed: whoever knows a Slack address can write there
    host = models.CharField(max_length=254)  # shown instead
    address_key = models.CharField(max_length=64, db_index=True)  # keyed hash, to find it by its address
    secrets = models.JSONField(default=list)  # [{"sealed", "made_at", "ends_at"}], newest first; two at most are live
    events = models.JSONField(default=list)  # beginnings of journal actions: ["insight.health.", "customers."]
    is_personal = models.BooleanField(default=False)  # personal words travel with the entry
    language = models.CharField(max_length=2, default="ja")
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class DeliveryState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


DELIVERIES: Final[dict[DeliveryState, Text]] = {
    DeliveryState.QUEUED: Text("Waiting", "送信待ち"),
    DeliveryState.CLAIMED: Text("Being sent", "送信中"),
    DeliveryState.DELIVERED: Text("Delivered", "配達済み"),
    DeliveryState.FAILED: Text("Failed", "失敗"),
    DeliveryState.CANCELLED: Text("Cancelled", "取り消し"),
}


class WebhookDelivery(models.Model):
    """One message to one endpoint. Told at least once, each time under the same `webhook_id`."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=200, unique=True)
    webhook_id = models.CharField(max_length=60, unique=True)
    event = models.CharField(max_length=80, blank=True)
    body = models.TextField()  # as it is signed and sent
    gathers = models.CharField(max_length=150, null=True)  # whose further lines it takes in before its time
    gathered = models.JSONField(null=True)  # {"lines": the first of them, "count": of all}
    account = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9, default=DeliveryState.QUEUED)
    send_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # what the last attempt was answered
    detail = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["send_after", "id"], name="delivery_waiting", condition=Q(state="queued")),
            models.Index(fields=["claimed_until"], name="delivery_claimed", condition=Q(state="claimed")),
            models.Index(fields=["endpoint", "-id"], name="delivery_by_endpoint"),
            models.Index(
                fields=["gathers", "endpoint", "-id"], name="delivery_gathers", condition=Q(gathers__isnull=False)
            ),
        ]
