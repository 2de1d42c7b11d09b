"""From where the return of customer success is counted: the organisation's figures as they stood on a day, kept as they were."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member


class RoiBaseline(models.Model):
    """The figures of all accounts on a day; the highest number is the one that holds. Never changed: a new one follows."""

    number = models.PositiveIntegerField(unique=True)
    taken_on = models.DateField()
    currency = models.CharField(max_length=3)
    figures = models.JSONField()  # insight.lifetimes.starts.Start, money in minor units
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.taken_on:%Y-%m-%d}"
