"""Calendars: those that members let us read, and the addresses under which theirs is read from outside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.foundation.models import Member


class CalendarSubscription(models.Model):
    """A calendar outside, read again and again (`url`) or uploaded once (`content` alone)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=120)
    sealed_url = models.TextField(blank=True)  # encrypted: whoever has it reads the calendar; empty for a file
    content = models.TextField(blank=True)  # as it came last, so that the coming weeks follow without asking again
    etag = models.CharField(max_length=300, blank=True)
    fetched_at = models.DateTimeField(null=True)  # the last time it was read without trouble
    next_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    trouble = models.JSONField(default=dict)  # {"en", "ja"}: why it could not be read; empty where it could
    events = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["next_at"], name="calendar_waiting", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarFeed(models.Model):
    """A member's tasks and meetings under a secret address, kept as its digest only."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
