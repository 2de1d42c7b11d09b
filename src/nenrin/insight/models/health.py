"""Projections of the scores: what pages read. Everything in them can be made again from the lake."""

from __future__ import annotations

from django.db import models

from nenrin.customers.models import Account
from nenrin.insight.models.version import HealthModelVersion

WEEKS = 12


class Health(models.Model):
    """An account's health now: one row for each account that is judged at all."""

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.CASCADE, related_name="health")
    as_of = models.DateField()  # the organisation's day it was computed for
    at = models.DateTimeField()  # when
    today = models.FloatField()  # points 0 to 100, unsmoothed, after limits
    score = models.FloatField()  # points 0 to 100, smoothed, as shown
    band = models.CharField(max_length=8)  # healthy, caution, at_risk or unknown, as shown
    since = models.DateField()  # first day of the band
    coverage = models.FloatField()  # share of weight with a value, 0 to 1
    version = models.ForeignKey(HealthModelVersion, on_delete=models.PROTECT, related_name="+")
    weekly = models.JSONField(
        default=list
    )  # score at the end of each of the last 12 weeks, null where none, oldest first
    delta_30 = models.FloatField(null=True)  # points against 30 days ago; null where there was no score
    losses = models.JSONField(default=list)  # [[bar, points lost]], greatest first, for lists
    is_overridden = models.BooleanField(default=False)
    is_final = models.BooleanField(default=False)  # its day is closed

    class Meta:
        indexes = [
            models.Index(fields=["band", "account", "at"], name="health_by_band"),  # covers the lists of one band
            models.Index(fields=["score"], name="health_by_score"),
            models.Index(fields=["delta_30"], name="health_by_delta"),
        ]


class HealthDetail(models.Model):
    """The records behind it (analytics.scores.records.Record as JSON): now, at the last closed day, 30 days before."""

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.CASCADE, related_name="health_detail")
    now = models.JSONField()
    closed = models.JSONField(null=True)
    before = models.JSONField(null=True)


class DailyScore(models.Model):
    """The score of each of the last 90 closed days, as it was shown."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="daily_scores", db_index=False)
    day = models.DateField()
    today = models.FloatField()
    score = models.FloatField()
    band = models.CharField(max_length=8)
    coverage = models.FloatField()
    version = models.ForeignKey(HealthModelVersion, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_score_a_day")]
        # A day's scores are read whole, without looking for each account's row among those of all days.
        indexes = [models.Index(fields=["day", "account", "band", "score"], name="daily_score_by_day")]


class CurrentMeasure(models.Model):
    """A measure's value now; no row where it is missing. `as_of` is the day on which it last changed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="measures", db_index=False)
    measure = models.CharField(max_length=80)
    value = models.FloatField()
    as_of = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "measure"], name="one_value_a_measure")]
        indexes = [models.Index(fields=["measure", "value", "account"], name="current_measure_by_value")]
