"""Segments: saved conditions over accounts, with who entered and left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member


class Segment(models.Model):
    name = models.CharField(max_length=80, unique=True)
    note = models.CharField(max_length=300, blank=True)
    condition = models.JSONField()  # analytics.conditions grammar
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    counted = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SegmentMembership(models.Model):
    """An account in a segment from one moment to another; open while `left_at` is null."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="segment_memberships")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "account"], condition=Q(left_at__isnull=True), name="in_a_segment_once"
            )
        ]
        indexes = [models.Index(fields=["account", "-entered_at"], name="membership_by_account")]
