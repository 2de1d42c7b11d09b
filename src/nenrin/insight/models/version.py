"""Versions of health models: immutable once published."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.foundation.models import Member


class HealthModelVersion(models.Model):
    """One version of a model. Live from `live_from` until a later version of its key is; `document` is the whole model."""

    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    state = models.CharField(max_length=9, default="draft")  # draft or published
    note = models.CharField(max_length=500, blank=True)
    is_withdrawn = models.BooleanField(default=False)  # from `live_from` on, the model takes no accounts
    live_from = models.DateField(null=True)  # first day that it decides; null while a draft
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["key"], condition=Q(state="draft"), name="one_draft_a_model"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.number}"
