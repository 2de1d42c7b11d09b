"""Rehearsals: what a segment or a health model would have shown in the past, kept with the document it was asked of."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member


class Rehearsal(models.Model):
    """One look at the past, from `first` to `last`. `noun` is segment or health_model; `key` the segment's number, "12/draft" of
    a condition that is not saved, or the model's key and version ("default/3")."""

    noun = models.CharField(max_length=12)
    key = models.CharField(max_length=80)
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
        indexes = [
            models.Index(fields=["noun", "key", "-id"], name="rehearsal_of"),
            models.Index(fields=["state", "id"], name="rehearsal_waiting", condition=models.Q(state="asked")),
        ]
