"""Who looks after an account, by phase, since when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.statuses import Phase, choices
from nenrin.foundation.models import Member


class Assignment(models.Model):
    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="assignments")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="assignments")
    phase = models.CharField(max_length=12, choices=choices(Phase))
    since_on = models.DateField()
    until_on = models.DateField(null=True)  # first day on which it no longer holds; null while it does

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "phase"], condition=Q(until_on__isnull=True), name="one_owner_a_phase"
            )
        ]
        indexes = [
            models.Index(fields=["member", "account"], name="assignment_current", condition=Q(until_on__isnull=True))
        ]
