"""Events that could not be stored, kept whole with the reason, until a person retries or drops them."""

from __future__ import annotations

from django.db import models


class Quarantined(models.Model):
    STATES = ("waiting", "retrying", "stored", "dropped")

    source = models.IntegerField()
    namespace = models.CharField(max_length=60)
    is_trusted = models.BooleanField()
    batch = models.BigIntegerField()  # spooled batch and place in it
    place = models.IntegerField()
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=30)
    detail = models.CharField(max_length=300, blank=True)
    body = models.TextField()  # the event as sent, JSON where it was JSON
    events = models.IntegerField(default=1)  # more than one where a whole body could not be read
    state = models.CharField(max_length=10, default="waiting")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "place"], name="one_quarantined_event")]
        indexes = [models.Index(fields=["state", "-received_at"], name="quarantined_by_state")]
