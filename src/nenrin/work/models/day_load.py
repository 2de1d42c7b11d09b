"""How much each member's day asks for: a projection, made anew by the worker and whenever the day is looked at."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member


class DayLoad(models.Model):
    """Of the queue as it stood at `at`: all rows and their minutes, and those of them that were promised."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="day_load")
    on = models.DateField()
    at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0)
    promised_minutes = models.PositiveIntegerField(default=0)
    beyond = models.PositiveIntegerField(default=0)  # rows that the day's minutes do not hold

    class Meta:
        indexes = [models.Index(fields=["at"], name="day_load_by_age")]
