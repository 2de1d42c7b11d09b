"""Configurations that were taken in at once: what stood before, what came, and what took it back."""

from __future__ import annotations

from django.db import models


class ConfigurationChange(models.Model):
    """One taking-in. `documents`: [{"kind", "key", "before", "after"}], a document or null each; immutable."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    documents = models.JSONField()
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    undone_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"#{self.number}"
