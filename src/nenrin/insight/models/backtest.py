"""Backtests of health and risk models: asked for, computed a part at a time, kept with the version."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member
from nenrin.insight.models.risk import RiskModelVersion
from nenrin.insight.models.version import HealthModelVersion


class Backtest(models.Model):
    """One backtest of one version. `document` is the model as it was tested: a draft may have changed since."""

    version = models.ForeignKey(HealthModelVersion, on_delete=models.CASCADE, related_name="backtests")
    rival = models.ForeignKey(HealthModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    document = models.JSONField()
    as_of = models.DateField()  # what was known at the end of this day, and no later outcome
    state = models.CharField(max_length=7, default="asked")  # asked, running, done or failed
    done = models.PositiveIntegerField(default=0)  # accounts replayed, of `accounts`
    accounts = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # of the part that is next
    apart = models.PositiveSmallIntegerField(default=1)  # days between two days lived through
    capacity = models.PositiveIntegerField(null=True)  # accounts the team can look at on one day
    card = models.JSONField(null=True)  # insight.backtests.reports
    weights = models.JSONField(null=True)  # what the weights would be, learned
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "asked_at"], name="backtest_by_state")]

    def __str__(self) -> str:
        return f"{self.version} {self.as_of:%Y-%m-%d}"


class RiskBacktest(models.Model):
    """One backtest of one version of a risk model: its kind, learned anew for each past month."""

    version = models.ForeignKey(RiskModelVersion, on_delete=models.CASCADE, related_name="backtests")
    as_of = models.DateField()  # what was known at the end of this day, and no later outcome
    state = models.CharField(max_length=7, default="asked")  # asked, running, done or failed
    done = models.PositiveIntegerField(default=0)  # of `parts`: accounts that are read, then months that are told
    parts = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # of the part that is next
    capacity = models.PositiveIntegerField(null=True)  # accounts the team can look at on one day
    card = models.JSONField(null=True)  # insight.backtests.reports
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "asked_at"], name="risk_backtest_by_state")]

    def __str__(self) -> str:
        return f"{self.version} {self.as_of:%Y-%m-%d}"
