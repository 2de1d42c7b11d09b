"""Replays: what a version would have done in the past, stored with it."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member
from nenrin.playbooks.models.playbook import PlaybookVersion


class PlaybookReplay(models.Model):
    """One replay of a document over the days from `first` to `last`, as known then."""

    version = models.ForeignKey(PlaybookVersion, on_delete=models.CASCADE, related_name="replays")
    document = models.JSONField()
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=7, default="asked")  # asked, done or failed
    attempts = models.PositiveSmallIntegerField(default=0)
    report = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)  # {"en", "ja"}
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="replay_waiting", condition=models.Q(state="asked"))]
