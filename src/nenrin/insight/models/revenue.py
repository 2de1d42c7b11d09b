"""How the organisation counts its revenue, which periods are closed, and what it aims at."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member, Team


class MetricPolicy(models.Model):
    """One version of the metric policy; live for what is asked from `from_on` on, until a later version is."""

    number = models.PositiveIntegerField(unique=True)
    document = models.JSONField()  # analytics.revenue.policies
    note = models.CharField(max_length=300, blank=True)
    from_on = models.DateField()
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"v{self.number}"


class PeriodLock(models.Model):
    """The books up to and with `through` are closed with what was known on `known_on`."""

    through = models.DateField(unique=True)
    known_on = models.DateField()
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    locked_at = models.DateTimeField()

    class Meta:
        ordering = ["-through"]

    def __str__(self) -> str:
        return f"{self.through:%Y-%m-%d}"


class KpiTarget(models.Model):
    """What a KPI should reach in a period; `dimension` and `slice` are empty for everyone."""

    kpi = models.CharField(max_length=40)
    grain = models.CharField(max_length=7)
    start_on = models.DateField()  # the first day of the period
    dimension = models.CharField(max_length=20, blank=True)
    slice = models.CharField(max_length=60, blank=True)
    value = models.FloatField()  # in the KPI's unit: shares of one, money in minor units
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    leading_kpi = models.CharField(max_length=40, blank=True)  # by what an outcome is steered
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "grain", "start_on", "dimension", "slice"], name="one_target_each")
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.start_on:%Y-%m-%d}"
