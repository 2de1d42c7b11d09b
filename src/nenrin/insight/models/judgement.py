"""What our people say about an account's health by hand. History is in the journal and the lake."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member

GRADES = range(1, 7)  # 1 worst, 6 best


class Judgement(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="%(class)ss")
    expires_on = models.DateField(null=True)  # first day on which it no longer counts
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Pulse(Judgement):
    """The owner's own impression. The last one given counts until it expires."""

    grade = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)  # at most three codes
    note = models.CharField(max_length=1000, blank=True)  # may name people: personal


class Override(Judgement):
    """A band or a score set by hand, with its reason and its end."""

    band = models.CharField(max_length=8, blank=True)
    score = models.FloatField(null=True)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at__isnull=True), name="one_override_an_account"
            ),
            models.CheckConstraint(condition=~Q(band="") | Q(score__isnull=False), name="override_says_something"),
        ]


class HardEvent(Judgement):
    """Something that decides at once, told by a person (notices and departures come as facts of their own)."""

    event = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
