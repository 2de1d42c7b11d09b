"""Losses: customers who let their last contract go, why, and what was known before; and the reasons one may choose."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.models import Member
from nenrin.values import Money, Text
from nenrin.work.models.reach import OfAccount


class ChurnReason(models.Model):
    """A reason of the managed list, in both languages. One that is put away stays on the losses that have it."""

    key = models.SlugField(max_length=40, unique=True)
    name_en = models.CharField(max_length=80)
    name_ja = models.CharField(max_length=80)
    is_avoidable = models.BooleanField(default=True)  # could customer success have changed it?
    place = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.name_en

    @property
    def name(self) -> Text:
        return Text(self.name_en, self.name_ja)


class LossQuerySet(OfAccount["Loss"]):
    def standing(self) -> Self:
        """Not withdrawn: the customer did let go."""
        return self.filter(withdrawn_at__isnull=True)

    def running(self) -> Self:
        """Of customers who have not come back."""
        return self.standing().filter(returned_on__isnull=True)

    def counted(self) -> Self:
        """Of accounts that are there, and of those that became one with another: both had left, and both count."""
        return self.standing().filter(Q(account__archived_at__isnull=True) | Q(account__merged_into__isnull=False))

    def unexplained(self) -> Self:
        return self.standing().filter(reason__isnull=True)


class Loss(models.Model):
    """`competitor` and `words` are free words and may name people: personal data.

    `band_90`, `score_90` and those of 180 are what was shown so many days before the decision; empty where nothing was.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="losses")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_on = models.DateField()
    ends_on = models.DateField(null=True)  # first day without service
    mrr_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="JPY")
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # when it was decided
    reason = models.ForeignKey(ChurnReason, null=True, on_delete=models.PROTECT, related_name="losses")
    competitor = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)  # what they said, what we learned
    interviewed_on = models.DateField(null=True)
    interviewer = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    band_90 = models.CharField(max_length=8, blank=True)
    score_90 = models.FloatField(null=True)
    band_180 = models.CharField(max_length=8, blank=True)
    score_180 = models.FloatField(null=True)
    returned_on = models.DateField(null=True)  # a customer again after the end
    withdrawn_at = models.DateTimeField(null=True)  # the notice was taken back before the end
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = LossQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(withdrawn_at__isnull=True, returned_on__isnull=True),
                name="one_loss_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["-decided_on", "id"], name="loss_by_decision")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.decided_on}"

    @property
    def mrr(self) -> Money:
        return Money(self.mrr_minor, self.currency)

    def is_over(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on <= today
