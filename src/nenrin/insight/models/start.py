"""Where a team stood when it began: the figures of its first day, kept as they were."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member


class StartBaseline(models.Model):
    """The day from which the result is counted: the highest number holds. Never changed: a new one follows."""

    number = models.PositiveIntegerField(unique=True)
    taken_on = models.DateField()
    taken_at = models.DateTimeField()
    begins_with = models.CharField(
        max_length=60, blank=True
    )  # the part it is of, as in Organisation; empty: all accounts
    policy = models.PositiveIntegerField()  # version of the metric policy that counted it
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.taken_on:%Y-%m-%d}"


class StartFigure(models.Model):
    """One KPI of a baseline; null where there was not enough data. Money in minor units, shares of one."""

    baseline = models.ForeignKey(StartBaseline, on_delete=models.CASCADE, related_name="figures")
    kpi = models.CharField(max_length=40)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["baseline", "kpi"], name="start_figure_once")]

    def __str__(self) -> str:
        return self.kpi
